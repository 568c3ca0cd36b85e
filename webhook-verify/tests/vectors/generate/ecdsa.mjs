// ECDSA over P-256 with SHA-256. Node's own draws a random number for each signature; this one derives it from key and
// message (RFC 6979), so that two runs write the same bytes.

import { createPublicKey } from "node:crypto";

import { p256 } from "@noble/curves/nist.js";

export const GROUP_ORDER = p256.Point.CURVE().n;

// A key pair of the secret number whose every byte is `byte`.
export function keyOf(byte) {
  const secret = new Uint8Array(32).fill(byte);
  const point = p256.getPublicKey(secret, false);
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((half) => Buffer.from(half).toString("base64url"));
  return { secret, jwk: { kty: "EC", crv: "P-256", x, y } };
}

export function spki({ jwk }) {
  return createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
}

// The two numbers r and s, the lower of the two possible s.
export function sign({ secret }, ...parts) {
  return p256.Signature.fromBytes(p256.sign(Buffer.concat(parts.map((part) => Buffer.from(part))), secret));
}

export const der = (signature) => Buffer.from(signature.toBytes("der"));
export const compact = (signature) => Buffer.from(signature.toBytes("compact"));

// The signature that is as good as this one for whoever has not got the key.
export function twin({ r, s }) {
  return new p256.Signature(r, GROUP_ORDER - s);
}
