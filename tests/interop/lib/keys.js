// Keys and signed tokens of relying parties: good ones, and every kind of bad one that no library would make.

import { constants, createHash, createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const KINDS = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
  Ed25519: () => generateKeyPairSync("ed25519"),
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

/** A fresh key pair for this algorithm, with a name of its own. */
export function newKey(alg = "ES256") {
  const { privateKey, publicKey } = KINDS[alg]();
  return { alg, kid: randomUUID(), privateKey, publicKey, jwk: publicKey.export({ format: "jwk" }) };
}

/** The public half, as a client registers it. */
export function registered(key) {
  return { ...key.jwk, kid: key.kid, use: "sig", alg: key.alg };
}

/** The thumbprint of a public key (RFC 7638). */
export function thumbprint({ jwk }) {
  const members = { EC: ["crv", "kty", "x", "y"], OKP: ["crv", "kty", "x"], RSA: ["e", "kty", "n"] }[jwk.kty];
  return sha256(JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))));
}

/** The base64url SHA-256 of a text. */
export function sha256(text) {
  return createHash("sha256").update(text).digest("base64url");
}

/** A compact JWS with exactly this header and these claims, whatever they say; members that are null are left out. */
export function signed(header, claims, key) {
  const encode = (part) => Buffer.from(typeof part === "string" ? part : JSON.stringify(present(part))).toString("base64url");
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signature(header.alg ?? key.alg, input, key)}`;
}

function signature(alg, input, { privateKey, publicKey, jwk }) {
  const data = Buffer.from(input);
  const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  switch (alg) {
    case "none": return "";
    // The old confusion: a public key taken for a shared secret.
    case "HS256": return createHmac("sha256", publicKey?.export({ type: "spki", format: "pem" }) ?? jwk).update(data).digest("base64url");
    case "PS256": return sign("sha256", data, pss).toString("base64url");
    case "RS256": return sign("sha256", data, privateKey).toString("base64url");
    case "ES256": return sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
    default: return sign(null, data, privateKey).toString("base64url");
  }
}

/** An object without the members that are null. */
export function present(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}

/** Seconds since 1970, as tokens count time. */
export function now() {
  return Math.floor(Date.now() / 1000);
}
