// https://upstash.com/docs/qstash/howto/signature

import { createHash, createHmac } from "node:crypto";

import { Receiver } from "@upstash/qstash";

import { EMPTY, EVENT, NOW, OTHER, TAMPERED, UNICODE, accept, reject, withHeader, withoutHeader } from "../delivery.mjs";
import { encoded, hs256, token, withPart } from "../jwt.mjs";
import { passes } from "../verdict.mjs";

export const provider = "qstash";
export const sdk = "@upstash/qstash";

const HEADER = "upstash-signature";
const URL = "https://example.com/api/jobs?queue=1";
const CURRENT = { label: "current", value: "sig_a key of this month, as it is shown" };
const NEXT = { label: "next", value: "sig_a key of next month, as it is shown" };

export function accepts({ secret, headers, body, url }) {
  const receiver = new Receiver({ currentSigningKey: secret, nextSigningKey: secret });
  return passes(() => receiver.verify({ signature: headers[HEADER] ?? "", body: body.toString(), url }));
}

const digest = (body, encoding = "base64url") => createHash("sha256").update(body).digest(encoding);

function claims({ body = EVENT, at = NOW, ...others } = {}) {
  const times = { exp: at + 300, nbf: at, iat: at };
  return { iss: "Upstash", sub: URL, ...times, jti: "jwt_1", body: `${digest(body)}=`, ...others };
}

function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, jwt = hs256(claims({ body }), secret.value) } = {}) {
  return { secrets, method: "POST", url: URL, headers: [["Upstash-Signature", jwt], ["Upstash-Message-Id", "msg_1"]], body };
}

const genuine = deliver();
const jwt = genuine.headers[0][1];
const signed = (others) => deliver({ jwt: hs256(claims(others), CURRENT.value) });
const header = (value) => withHeader(genuine, HEADER, () => value);

export const cases = [
  accept("genuine", genuine),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("the digest without padding", withDigest(digest(EVENT))),
  accept("the current of two keys", { ...genuine, secrets: [CURRENT, NEXT] }),
  accept("the next of two keys", deliver({ secret: NEXT, secrets: [CURRENT, NEXT] })),
  accept("a header in capitals", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toUpperCase(), value]) }),
  accept("a token about to expire", signed({ at: NOW - 299 })),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([EVENT, Buffer.from("\n")]) }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a key that is not ours", deliver({ secret: NEXT, secrets: [CURRENT] })),
  reject("the digest changed with the body", { ...header(withPart(jwt, 1, () => encoded(claims({ body: TAMPERED })))), body: TAMPERED }),
  reject("the digest of another body", deliver({ jwt: hs256(claims({ body: OTHER }), CURRENT.value) })),
  reject("the digest in hex", withDigest(digest(EVENT, "hex"))),
  reject("no digest", withDigest(undefined)),
  reject("an empty digest", withDigest("")),
  reject("another address", { ...genuine, url: URL.replace("jobs", "other") }),
  reject("another host", { ...genuine, url: URL.replace("example.com", "example.org") }),
  reject("http for https", { ...genuine, url: URL.replace("https", "http") }),
  reject("the query dropped", { ...genuine, url: URL.replace(/\?.*/, "") }),
  reject("no subject", signed({ sub: undefined })),
  reject("another issuer", signed({ iss: "Downstash" })),
  reject("no issuer", signed({ iss: undefined })),
  reject("expired", signed({ at: NOW - 3600 })),
  reject("not valid yet", signed({ at: NOW + 3600 })),
  reject("no header", withoutHeader(genuine, HEADER)),
  reject("an empty header", header("")),
  reject("a token without its signature", header(withPart(jwt, 2, () => ""))),
  reject("a signature cut off", header(jwt.slice(0, -2))),
  reject("a part less", header(jwt.slice(0, jwt.lastIndexOf(".")))),
  reject("a part more", header(`${jwt}.AAAA`)),
  reject("the algorithm none", header(token({ alg: "none", typ: "JWT" }, claims(), () => Buffer.alloc(0)))),
  reject("the algorithm in other letters", deliver({ jwt: hs256(claims(), CURRENT.value, { alg: "hs256", typ: "JWT" }) })),
  reject("the algorithm HS512 with the same key", header(
    token({ alg: "HS512", typ: "JWT" }, claims(), (text) => createHmac("sha512", CURRENT.value).update(text).digest()),
  ), { sdkAccepts: true, note: "The SDK takes every algorithm that fits a secret; QStash signs with HS256." }),
  reject("no end", signed({ exp: undefined }), { sdkAccepts: true, note: "The SDK lets a token that does not end be valid for ever." }),
  reject("two tokens that differ", { ...genuine, headers: [...genuine.headers, ["Upstash-Signature", hs256(claims({ body: OTHER }), CURRENT.value)]] }),
];

function withDigest(body) {
  return deliver({ jwt: hs256({ ...claims(), body }, CURRENT.value) });
}
