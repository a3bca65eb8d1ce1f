// A passkey in software (Web Authentication Level 3): what a browser and its authenticator make of the options that
// a page gives them.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const CREDENTIAL_DATA = 0x40;

export class Passkey {
  #origin;
  #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #id = randomBytes(32);
  #user;
  #signatures = 0;

  constructor(origin) {
    this.#origin = origin;
  }

  /** `navigator.credentials.create()`. */
  create({ publicKey }) {
    this.#user = publicKey.user.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, this.#coseKey()]);
    const attestationObject = cbor(new Map([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", Buffer.concat([this.#authenticatorData(publicKey.rp.id, CREDENTIAL_DATA), credential])],
    ]));
    const clientDataJSON = this.#clientData("webauthn.create", publicKey.challenge);
    return this.#credential({ attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
  }

  /** `navigator.credentials.get()`. */
  get({ publicKey }) {
    const authenticatorData = this.#authenticatorData(publicKey.rpId, 0);
    const clientDataJSON = this.#clientData("webauthn.get", publicKey.challenge);
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), this.#keys.privateKey);
    return this.#credential({
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: this.#user,
    });
  }

  #credential(response) {
    const id = text(this.#id);
    return { id, rawId: id, type: "public-key", response, clientExtensionResults: {} };
  }

  #clientData(type, challenge) {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false }));
  }

  #authenticatorData(rpId, more) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE((this.#signatures += 1));
    return Buffer.concat([sha256(rpId), Buffer.from([USER_PRESENT | USER_VERIFIED | more]), counter]);
  }

  /** The public key as COSE has it (RFC 9052, section 7; ES256 on P-256). */
  #coseKey() {
    const { x, y } = this.#keys.publicKey.export({ format: "jwk" });
    return cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]]));
  }
}

/** As much of CBOR (RFC 8949) as an attestation needs. */
function cbor(value) {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, of]) => [cbor(key), cbor(of)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

function head(major, count) {
  if (count < 24) return Buffer.from([(major << 5) | count]);
  if (count < 256) return Buffer.from([(major << 5) | 24, count]);
  return Buffer.from([(major << 5) | 25, count >> 8, count & 0xff]);
}

const sha256 = (data) => createHash("sha256").update(data).digest();
const text = (buffer) => buffer.toString("base64url");
const bytes = (encoded) => Buffer.from(encoded, "base64url");
