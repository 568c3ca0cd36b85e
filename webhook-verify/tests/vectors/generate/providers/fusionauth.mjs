// https://fusionauth.io/docs/extend/events-and-webhooks/signing
//
// FusionAuth has no library for this, and its page takes a JWT library: `jose` is the judge of the token. The digest is
// checked here as the page says.

import { createHash, createHmac } from "node:crypto";

import { jwtVerify } from "jose";

import { EMPTY, NOW, OTHER, TAMPERED, UNICODE, accept, reject, withHeader, withoutHeader } from "../delivery.mjs";
import { encoded, hs256, token, withPart } from "../jwt.mjs";
import { passes } from "../verdict.mjs";

export const provider = "fusionauth";
export const sdk = "jose";

const HEADER = "x-fusionauth-signature-jwt";
const CURRENT = { label: "current", value: "ZGhpcyBpcyBhIGtleSBvZiB0aGlzIG1vbnRoLCAzMg==" };
const PREVIOUS = { label: "previous", value: "ZGhpcyBpcyBhIGtleSBvZiBsYXN0IG1vbnRoLCAzMg==" };
const CREATED = Buffer.from('{"event":{"id":"6e3e0ec0-7a2c-4f6e-8d80-7f1f4b9d8a11","type":"user.create","user":{"email":"zoe@example.com"}}}');

export function accepts({ secret, headers, body }) {
  return passes(async () => {
    const { payload } = await jwtVerify(headers[HEADER], Buffer.from(secret), { algorithms: ["HS256"] });
    return payload.request_body_sha256 === digest(body);
  });
}

const digest = (body, encoding = "base64") => createHash("sha256").update(body).digest(encoding);
const claims = ({ body = CREATED, ...others } = {}) => ({ request_body_sha256: digest(body), iat: NOW, iss: "acme.com", ...others });

function deliver({ secret = CURRENT, secrets = [secret], body = CREATED, jwt = hs256(claims({ body }), secret.value) } = {}) {
  return { secrets, headers: [["X-FusionAuth-Signature-JWT", jwt]], body };
}

const genuine = deliver();
const jwt = genuine.headers[0][1];
const signed = (others, header) => deliver({ jwt: hs256(claims(others), CURRENT.value, header) });
const header = (value) => withHeader(genuine, HEADER, () => value);

export const cases = [
  accept("genuine", genuine),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("the new of two keys", { ...genuine, secrets: [CURRENT, PREVIOUS] }),
  accept("the old of two keys", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("a header in lower case", { ...genuine, headers: [[HEADER, jwt]] }),
  accept("the attempt of a day later with the same token", signed({ iat: NOW - 86_400 })),
  accept("a token about to end", signed({ exp: NOW + 1 })),
  accept("no claim but the digest", signed({ iat: undefined, iss: undefined })),
  accept("the name of a key in its header", signed({}, { alg: "HS256", typ: "JWT", kid: "a1b2c3" })),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([CREATED, Buffer.from("\n")]) }),
  reject("a body written anew", { ...genuine, body: Buffer.from(JSON.stringify(JSON.parse(CREATED), null, 2)) }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a key that is no longer valid", deliver({ secret: PREVIOUS, secrets: [CURRENT] })),
  reject("the key decoded", deliver({ jwt: hs256(claims(), Buffer.from(CURRENT.value, "base64")) })),
  reject("the digest changed with the body", { ...header(withPart(jwt, 1, () => encoded(claims({ body: TAMPERED })))), body: TAMPERED }),
  reject("the digest of another body", signed({ body: OTHER })),
  reject("the digest in hex", signed({ request_body_sha256: digest(CREATED, "hex") })),
  reject("no digest", signed({ request_body_sha256: undefined })),
  reject("an empty digest", signed({ request_body_sha256: "" })),
  reject("ended", signed({ exp: NOW - 3600 })),
  reject("not valid yet", signed({ nbf: NOW + 3600 })),
  reject("an end that is no number", signed({ exp: "tomorrow" })),
  reject("no header", withoutHeader(genuine, HEADER)),
  reject("an empty header", header("")),
  reject("a token without its signature", header(withPart(jwt, 2, () => ""))),
  reject("a signature cut off", header(jwt.slice(0, -2))),
  reject("a part less", header(jwt.slice(0, jwt.lastIndexOf(".")))),
  reject("a part more", header(`${jwt}.AAAA`)),
  reject("the algorithm none", header(token({ alg: "none", typ: "JWT" }, claims(), () => Buffer.alloc(0)))),
  reject("the algorithm none, and a signature", header(withPart(jwt, 0, () => encoded({ alg: "none", typ: "JWT" })))),
  reject("the algorithm HS512 with the same key", header(
    token({ alg: "HS512", typ: "JWT" }, claims(), (text) => createHmac("sha512", CURRENT.value).update(text).digest()),
  )),
  reject("an extension that must be understood", signed({}, { alg: "HS256", crit: ["b64"], b64: false })),
  reject("two tokens that differ", { ...genuine, headers: [...genuine.headers, ["X-FusionAuth-Signature-JWT", hs256(claims({ body: OTHER }), CURRENT.value)]] }),
];
