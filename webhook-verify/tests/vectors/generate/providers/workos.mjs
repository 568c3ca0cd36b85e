// https://workos.com/docs/events/data-syncing/webhooks

import { WorkOS } from "@workos-inc/node";

import { accept, withHeader } from "../delivery.mjs";
import { casesOf, deliver, millis, stamped } from "../schemes.mjs";
import { ANY_LABEL, BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, EMPTY_REFUSED, WRITTEN_ANEW, passes } from "../verdict.mjs";

export const provider = "workos";
export const sdk = "@workos-inc/node";

const client = new WorkOS("none is needed to verify");

// It takes the body parsed, and writes it anew to check it: the same for compact JSON.
export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.verifyHeader({ payload: JSON.parse(body), sigHeader: headers["workos-signature"], secret }));
}

const scheme = stamped(provider, "WorkOS-Signature", ["t", "v1", ", "], ".", millis, { time: { ...millis, past: 180, future: 60 } });

export const cases = casesOf(scheme, {
  more: [accept("no space between time and signature", withHeader(deliver(scheme), "workos-signature", (value) => value.replace(" ", "")))],
  differing: {
    ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST,
    [EMPTY_REFUSED]: ["an empty body"],
    [WRITTEN_ANEW]: ["a body with a line break more"],
    [ANY_LABEL]: ["a signature under another label"],
  },
});
