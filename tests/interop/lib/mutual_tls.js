// Lionrock where relying parties authenticate with certificates, and their tokens are bound to them (RFC 8705).
//
// LIONROCK_CERTIFICATES is a folder with the authority that may name clients (mtls/authority).

import { execFile } from "node:child_process";
import { randomInt, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Lionrock } from "./lionrock.js";

const folder = process.env.LIONROCK_CERTIFICATES;
const ca = () => readFileSync(`${folder}/ca.pem`);

/** A certificate with its key for this name, signed by the authority ("ca") or by itself ("self"). */
export async function certificate(signer, name = `rp-${randomInt(1e12)}`) {
  const file = `${folder}/${randomInt(1e12)}`;
  await promisify(execFile)("mtls/certificate", [folder, file, name, signer]);
  return { name, cert: readFileSync(`${file}.pem`), key: readFileSync(`${file}.key`), ca: ca() };
}

/** A provider all of whose clients authenticate in this way, and have their tokens bound so. */
export class MutualTls extends Lionrock {
  method = "tls_client_auth";

  async register(profile, changes = {}) {
    const shown = await certificate(this.method === "tls_client_auth" ? "ca" : "self");
    const client = await super.register(profile, {
      token_endpoint_auth_method: this.method,
      tls_client_certificate_bound_access_tokens: true,
      ...(this.method === "tls_client_auth"
        ? { tls_client_auth_subject_dn: `CN=${shown.name},O=Peak Tram,C=HK` }
        : { jwks: { keys: [published(shown)] } }),
      ...changes,
    });
    client.certificate = shown;
    return client;
  }
}

/** The key of a certificate, with the certificate itself (`x5c`). */
function published({ cert, name }) {
  const { publicKey, raw } = new X509Certificate(cert);
  return { ...publicKey.export({ format: "jwk" }), kid: name, use: "sig", alg: "ES256", x5c: [raw.toString("base64")] };
}

/** TLS without a certificate, to the same authority's listener. */
export const noCertificate = () => ({ ca: ca() });
