// JSON Web Tokens in compact form (RFC 7519).

import { createHmac } from "node:crypto";

import { compact, sign } from "./ecdsa.mjs";

export function hs256(claims, secret, header = { alg: "HS256", typ: "JWT" }) {
  return token(header, claims, (text) => createHmac("sha256", secret).update(text).digest());
}

export function es256(claims, pair, header) {
  return token(header, claims, (text) => compact(sign(pair, text)));
}

export function token(header, claims, signature) {
  const text = [header, claims].map(encoded).join(".");
  return `${text}.${signature(text).toString("base64url")}`;
}

// The same token with one of its three parts exchanged.
export function withPart(jwt, part, change) {
  return jwt.split(".").map((text, at) => (at === part ? change(text) : text)).join(".");
}

// Base64 as tokens have it; what is not text is written as JSON first.
export function encoded(value) {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
