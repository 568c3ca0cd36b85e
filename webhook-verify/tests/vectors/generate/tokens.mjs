// Providers who sign nothing, and send the secret itself: whoever knows it may send anything.

import { createHash, createHmac } from "node:crypto";

import { EMPTY, EVENT, OTHER, accept, reject, truncated } from "./delivery.mjs";

const TOKEN = { label: "new", value: "a-token-of-this-month-32-letters" };
const OLD = { label: "old", value: "a-token-of-last-month-32-letters" };

export function casesOf({ header }) {
  const sent = (value, secrets = [TOKEN]) => ({ secrets, headers: [[header, value]], body: EVENT });
  const genuine = sent(TOKEN.value);
  return [
    accept("genuine", genuine),
    accept("another body", { ...genuine, body: OTHER }),
    accept("an empty body", { ...genuine, body: EMPTY }),
    accept("the old of two tokens", sent(OLD.value, [TOKEN, OLD]), { label: OLD.label }),
    accept("a header in capitals", { ...genuine, headers: [[header.toUpperCase(), TOKEN.value]] }),
    accept("white space around it, which HTTP allows", sent(` ${TOKEN.value}\t`)),
    reject("no token", { ...genuine, headers: [] }),
    reject("an empty token", sent("")),
    reject("a token that is no longer valid", sent(OLD.value)),
    reject("a token cut off", sent(truncated(TOKEN.value))),
    reject("a token with something behind it", sent(`${TOKEN.value}0`)),
    reject("a token in capitals", sent(TOKEN.value.toUpperCase())),
    reject("a token in quotes", sent(`"${TOKEN.value}"`)),
    reject("a token behind Bearer", sent(`Bearer ${TOKEN.value}`)),
    reject("an HMAC with it in its place", sent(createHmac("sha256", TOKEN.value).update(EVENT).digest("hex"))),
    reject("its digest in its place", sent(createHash("sha256").update(TOKEN.value).digest("hex"))),
    reject("two tokens that differ", { ...genuine, headers: [[header, TOKEN.value], [header, OLD.value]] }),
    reject("another header", { ...genuine, headers: [["X-Token", TOKEN.value]] }),
  ];
}
