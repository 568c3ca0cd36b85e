// https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures

import { accept, reject } from "../delivery.mjs";
import { bare, casesOf, deliver } from "../schemes.mjs";

export const provider = "trello";

const url = "https://example.com/webhooks/trello?board=1";
const scheme = bare(provider, "x-trello-webhook", {
  hash: "sha1",
  encoding: "base64",
  request: { method: "POST", url },
  signed: ({ body }) => [body, url],
});
const genuine = deliver(scheme);
const signedAs = (signed) => deliver({ ...scheme, signed });

export const cases = casesOf(scheme, {
  more: [
    accept("an address with a port", { ...signedAs(({ body }) => [body, "https://example.com:8443/trello"]), url: "https://example.com:8443/trello" }),
    reject("another path", { ...genuine, url: url.replace("trello", "jira") }),
    reject("another host", { ...genuine, url: url.replace("example.com", "example.org") }),
    reject("http for https", { ...genuine, url: url.replace("https", "http") }),
    reject("the query dropped", { ...genuine, url: url.replace(/\?.*/, "") }),
    reject("the body alone signed", signedAs(({ body }) => [body])),
    reject("the address in front of the body", signedAs(({ body }) => [url, body])),
  ],
});
