// https://docs.livekit.io/intro/basics/rooms-participants-tracks/webhooks-events/

import { createHash, createHmac } from "node:crypto";

import { WebhookReceiver } from "livekit-server-sdk";

import { EMPTY, NOW, accept, reject, withHeader, withoutHeader } from "../delivery.mjs";
import { encoded, hs256, token, withPart } from "../jwt.mjs";
import { passes } from "../verdict.mjs";

export const provider = "livekit";
export const sdk = "livekit-server-sdk";

const HEADER = "authorization";
const API_KEY = "APIrTAAdPuVhT8x";
const receiver = { api_key: API_KEY };
const CURRENT = { label: "current", value: "a secret of this month, 32 bytes" };
const PREVIOUS = { label: "previous", value: "a secret of last month, 32 bytes" };
const STARTED = Buffer.from('{"event":"room_started","id":"EV_1","createdAt":"1750000000","room":{"sid":"RM_1","name":"caf\u00e9"}}');
const FINISHED = Buffer.from('{"event":"room_finished","id":"EV_1","createdAt":"1750000000","room":{"sid":"RM_1","name":"caf\u00e9"}}');

// The SDK parses the body once the token and the digest have passed.
export function accepts({ secret, headers, body, receiver }) {
  const webhooks = new WebhookReceiver(receiver.api_key, secret);
  return passes(() => webhooks.receive(body.toString(), headers[HEADER]), (error) => error instanceof SyntaxError);
}

const digest = (body, encoding = "base64") => createHash("sha256").update(body).digest(encoding);

function claims({ body = STARTED, at = NOW, ...others } = {}) {
  return { iss: API_KEY, nbf: at, exp: at + 300, sha256: digest(body), ...others };
}

function deliver({ secret = CURRENT, secrets = [secret], body = STARTED, jwt = hs256(claims({ body }), secret.value) } = {}) {
  return { secrets, receiver, headers: [["Content-Type", "application/webhook+json"], ["Authorization", jwt]], body };
}

const genuine = deliver();
const jwt = genuine.headers[1][1];
const signed = (others) => deliver({ jwt: hs256(claims(others), CURRENT.value) });
const header = (value) => withHeader(genuine, HEADER, () => value);

export const cases = [
  accept("genuine", genuine),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("the new of two secrets", { ...genuine, secrets: [CURRENT, PREVIOUS] }),
  accept("the old of two secrets", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("a header in lower case", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),
  accept("a token about to expire", signed({ at: NOW - 299 })),
  accept("claims that nobody asked for", signed({ jti: "1", video: { room: "caf\u00e9" } })),
  accept("a header of the token without its type", deliver({ jwt: hs256(claims(), CURRENT.value, { alg: "HS256" }) })),

  reject("a tampered body", { ...genuine, body: FINISHED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([STARTED, Buffer.from("\n")]) }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a secret that is no longer valid", deliver({ secret: PREVIOUS, secrets: [CURRENT] })),
  reject("the digest changed with the body", { ...header(withPart(jwt, 1, () => encoded(claims({ body: FINISHED })))), body: FINISHED }),
  reject("the digest of another body", signed({ body: FINISHED })),
  reject("the digest in hex", signed({ sha256: digest(STARTED, "hex") })),
  reject("the digest in the alphabet for URLs", signed({ sha256: digest(STARTED, "base64url") })),
  reject("no digest", signed({ sha256: undefined })),
  reject("an empty digest", signed({ sha256: "" })),
  reject("another issuer", signed({ iss: "APIother" })),
  reject("no issuer", signed({ iss: undefined })),
  reject("expired", signed({ at: NOW - 3600 })),
  reject("not valid yet", signed({ at: NOW + 3600 })),
  reject("no end", signed({ exp: undefined })),
  reject("an end that is no number", signed({ exp: "tomorrow" })),
  reject("no header", withoutHeader(genuine, HEADER)),
  reject("an empty header", header("")),
  reject("a token without its signature", header(withPart(jwt, 2, () => ""))),
  reject("a signature cut off", header(jwt.slice(0, -2))),
  reject("a part less", header(jwt.slice(0, jwt.lastIndexOf(".")))),
  reject("a part more", header(`${jwt}.AAAA`)),
  reject("the algorithm none", header(token({ alg: "none", typ: "JWT" }, claims(), () => Buffer.alloc(0)))),
  reject("the algorithm none, and a signature", header(withPart(jwt, 0, () => encoded({ alg: "none", typ: "JWT" })))),
  reject("the algorithm in other letters", deliver({ jwt: hs256(claims(), CURRENT.value, { alg: "hs256", typ: "JWT" }) })),
  reject("the algorithm HS512 with the same secret", header(
    token({ alg: "HS512", typ: "JWT" }, claims(), (text) => createHmac("sha512", CURRENT.value).update(text).digest()),
  ), { sdkAccepts: true, note: "The SDK takes every algorithm that fits a secret; LiveKit signs with HS256." }),
  reject("an extension that must be understood", deliver({ jwt: hs256(claims(), CURRENT.value, { alg: "HS256", crit: ["b64"], b64: false }) })),
  reject("two tokens that differ", { ...genuine, headers: [...genuine.headers, ["Authorization", hs256(claims({ body: FINISHED }), CURRENT.value)]] }),
];
