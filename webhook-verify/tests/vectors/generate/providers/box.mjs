// https://developer.box.com/guides/webhooks/v2/signatures-v2/

import { WebhooksManager } from "box-node-sdk/managers/webhooks";

import { NOW, accept, reject, withHeader } from "../delivery.mjs";
import { casesOf, deliver, rfc3339, timed } from "../schemes.mjs";
import { DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "box";
export const sdk = "box-node-sdk";

const TIMESTAMP = "box-delivery-timestamp";

// The secret may be the one or the other of the two keys that the SDK takes.
export function accepts({ secret, headers, body }) {
  return passes(() => WebhooksManager.validateMessage(body.toString(), headers, secret, { secondaryKey: secret }));
}

const scheme = timed(provider, "box-signature-primary", TIMESTAMP, "", ({ time, body }) => [body, time], rfc3339, {
  encoding: "base64",
  time: { ...rfc3339, past: 600, future: 60 },
  unsigned: [["box-signature-version", "1"], ["box-signature-algorithm", "HmacSHA256"]],
});
const [newest, old] = scheme.form.secrets;
const rename = (delivery) => ({ ...delivery, headers: delivery.headers.map(([name, value]) => [name.replace("primary", "secondary"), value]) });
const secondary = rename(deliver(scheme, undefined, { secret: old }));
const both = { ...secondary, headers: [...deliver(scheme).headers, secondary.headers.at(-1)] };

export const cases = casesOf(scheme, {
  more: [
    accept("the secondary key only", { ...secondary, secrets: [old] }),
    accept("both keys, and the receiver has the secondary", { ...both, secrets: [old] }),
    accept("both keys, and the receiver has them the other way round", { ...both, secrets: [old, newest] }, { label: "old" }),
    reject("both keys, and the receiver has neither", { ...both, secrets: [{ label: "other", value: "a key of neither" }] }),
    reject("the time as UTC, which was signed with an offset", withHeader(deliver(scheme), TIMESTAMP, () => new Date(NOW * 1000).toISOString().replace(".000", ""))),
  ],
  differing: {
    ...DECODED_LENIENTLY,
    "The SDK refuses a sender's clock that is ahead by anything; clocks differ, so a minute is let through.": ["as far ahead as may be"],
  },
});
