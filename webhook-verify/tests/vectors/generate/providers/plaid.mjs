// https://plaid.com/docs/api/webhooks/webhook-verification/
//
// Plaid's libraries fetch the key and leave the rest to a JWT library, so `jose` is the judge of the token. The digest
// and the age are checked here as the page says.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { importJWK, jwtVerify } from "jose";

import { EMPTY, EVENT, NOW, OTHER, TAMPERED, UNICODE, accept, reject, withHeader, withoutHeader } from "../delivery.mjs";
import { compact, der, keyOf, sign } from "../ecdsa.mjs";
import { encoded, es256, token, withPart } from "../jwt.mjs";
import { passes } from "../verdict.mjs";

export const provider = "plaid";
export const sdk = "jose";

const HEADER = "plaid-verification";
const CURRENT = { label: "current", pair: keyOf(7), kid: "6c5516e1-92dc-479e-a8ff-5a51992e0001" };
const PREVIOUS = { label: "previous", pair: keyOf(8), kid: "bfbd5111-8e33-4643-8ced-b2e642a72f3c" };

export async function accepts({ secret, headers, body }) {
  const jwk = JSON.parse(secret);
  const key = await importJWK(jwk);
  return passes(async () => {
    const { payload, protectedHeader } = await jwtVerify(headers[HEADER], key, { algorithms: ["ES256"], maxTokenAge: "5 min" });
    const digest = createHash("sha256").update(body).digest("hex");
    return protectedHeader.kid === jwk.kid && timingSafeEqual(Buffer.from(payload.request_body_sha256), Buffer.from(digest));
  });
}

const shown = ({ label, pair, kid }) => ({ label, value: JSON.stringify({ ...pair.jwk, alg: "ES256", kid, use: "sig" }) });
const digest = (body, encoding = "hex") => createHash("sha256").update(body).digest(encoding);
const claims = ({ body = EVENT, at = NOW, ...others } = {}) => ({ iat: at, request_body_sha256: digest(body), ...others });
const head = ({ kid }, others) => ({ alg: "ES256", kid, typ: "JWT", ...others });

function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, jwt = es256(claims({ body }), secret.pair, head(secret)) } = {}) {
  return { secrets: secrets.map(shown), headers: [["Plaid-Verification", jwt]], body };
}

const genuine = deliver();
const jwt = genuine.headers[0][1];
const signed = (others, header = head(CURRENT)) => deliver({ jwt: es256(claims(others), CURRENT.pair, header) });
const header = (value) => withHeader(genuine, HEADER, () => value);

export const cases = [
  accept("genuine", genuine),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("the new of two keys", deliver({ secrets: [CURRENT, PREVIOUS] })),
  accept("the old of two keys", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("a header in lower case", { ...genuine, headers: [[HEADER, jwt]] }),
  accept("as old as may be", signed({ at: NOW - 300 })),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([EVENT, Buffer.from("\n")]) }),
  reject("a body written anew", { ...genuine, body: Buffer.from(JSON.stringify(JSON.parse(EVENT), null, 2)) }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a key that is no longer valid", deliver({ secret: PREVIOUS, secrets: [CURRENT] })),
  reject("signed with another key under our key's name", deliver({ secrets: [CURRENT], jwt: es256(claims(), PREVIOUS.pair, head(CURRENT)) })),
  reject("signed with our key under another name", signed({}, head(PREVIOUS))),
  reject("the digest changed with the body", { ...header(withPart(jwt, 1, () => encoded(claims({ body: TAMPERED })))), body: TAMPERED }),
  reject("the digest of another body", signed({ body: OTHER })),
  reject("the digest in Base64", signed({ request_body_sha256: digest(EVENT, "base64") })),
  reject("the digest cut off", signed({ request_body_sha256: digest(EVENT).slice(0, 62) })),
  reject("no digest", signed({ request_body_sha256: undefined })),
  reject("a second too old", signed({ at: NOW - 301 })),
  reject("a year old", signed({ at: NOW - 31_536_000 })),
  reject("ten years ahead", signed({ at: NOW + 315_360_000 })),
  reject("no time", signed({ iat: undefined })),
  reject("a time that is no number", signed({ iat: String(NOW) })),
  reject("no header", withoutHeader(genuine, HEADER)),
  reject("an empty header", header("")),
  reject("a token without its signature", header(withPart(jwt, 2, () => ""))),
  reject("a signature cut off", header(jwt.slice(0, -2))),
  reject("a signature in DER", header(token(head(CURRENT), claims(), (text) => der(sign(CURRENT.pair, text))))),
  reject("a signature of zeros", header(token(head(CURRENT), claims(), () => Buffer.alloc(64)))),
  reject("the halves of the signature swapped", header(token(head(CURRENT), claims(), (text) => swapped(compact(sign(CURRENT.pair, text)))))),
  reject("a part less", header(jwt.slice(0, jwt.lastIndexOf(".")))),
  reject("a part more", header(`${jwt}.AAAA`)),
  reject("the algorithm none", header(token(head(CURRENT, { alg: "none" }), claims(), () => Buffer.alloc(0)))),
  reject("the public key as the secret of an HMAC", header(
    token(head(CURRENT, { alg: "HS256" }), claims(), (text) => createHmac("sha256", shown(CURRENT).value).update(text).digest()),
  )),
  reject("two tokens that differ", { ...genuine, headers: [...genuine.headers, ["Plaid-Verification", deliver({ body: OTHER }).headers[0][1]]] }),
];

function swapped(signature) {
  return Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]);
}
