// https://www.twilio.com/docs/usage/webhooks/webhooks-security

import { createHash, createHmac } from "node:crypto";
import { parse } from "node:querystring";

import twilio from "twilio";

import { EVENT, TAMPERED, accept, reject, truncated, withHeader, withoutHeader } from "../delivery.mjs";
import { passes } from "../verdict.mjs";

export const provider = "twilio";
export const sdk = "twilio";

const HEADER = "x-twilio-signature";
const URL = "https://mycompany.com/myapp.php?foo=1&bar=2";
const CURRENT = { label: "current", value: "an auth token of this month, as hex" };
const PREVIOUS = { label: "previous", value: "an auth token of last month, as hex" };
const FORM = ["Content-Type", "application/x-www-form-urlencoded"];
const JSON_TYPE = ["Content-Type", "application/json"];
const CALL = [["CallSid", "CA1234567890ABCDE"], ["Caller", "+14158675309"], ["Digits", "1234"], ["From", "+14158675309"], ["To", "+18005551212"]];
const LENIENT_URL = "The SDK tries the URL with and without its port, and with its query written anew; it is signed in one spelling.";

// As the SDK's middleware for Express does, which has parsed the form.
export function accepts({ secret, headers, body, url }) {
  const signature = headers[HEADER] ?? "";
  const isForm = headers["content-type"] === FORM[1];
  return passes(() =>
    url.includes("bodySHA256")
      ? twilio.validateRequestWithBody(secret, signature, url, body.toString())
      : twilio.validateRequest(secret, signature, url, isForm ? parse(body.toString()) : {}),
  );
}

// The address, and behind it each name with its values, in the order of the names and without a value twice.
function form(parameters, { secret = CURRENT, secrets = [secret], url = URL, signedUrl = url, hash = "sha1", encoding = "base64", body } = {}) {
  const names = [...new Set(parameters.map(([name]) => name))].sort();
  const values = (name) => [...new Set(parameters.filter(([other]) => other === name).map(([, value]) => value))].sort();
  const signed = signedUrl + names.flatMap((name) => values(name).map((value) => name + value)).join("");
  const signature = createHmac(hash, secret.value).update(signed).digest(encoding);
  return {
    secrets, method: "POST", url, headers: [FORM, ["X-Twilio-Signature", signature]],
    body: body ?? Buffer.from(new URLSearchParams(parameters).toString()),
  };
}

// The address alone, which carries the digest of the body.
function json(body, { secret = CURRENT, digest = createHash("sha256").update(body).digest("hex"), url = `${URL}&bodySHA256=${digest}` } = {}) {
  const signature = createHmac("sha1", secret.value).update(url).digest("base64");
  return { secrets: [secret], method: "POST", url, headers: [JSON_TYPE, ["X-Twilio-Signature", signature]], body };
}

const genuine = form(CALL);
const text = json(EVENT);
const signature = (change) => withHeader(genuine, HEADER, change);
const parameters = (...pairs) => Buffer.from(new URLSearchParams(pairs).toString());
const several = [["To", "b"], ["To", "a"], ["To", "b"], ["From", "c"]];

export const cases = [
  accept("a form", genuine),
  accept("a form without parameters", form([])),
  accept("a GET, whose parameters are in the address", { ...form([]), method: "GET", headers: form([]).headers.slice(1) }),
  accept("parameters in another order", { ...genuine, body: parameters(...CALL.toReversed()) }),
  accept("a value that is empty", form([...CALL, ["SpeechResult", ""]])),
  accept("a name at the head of another", form([["Sid", "CA123"], ["SidAccount", "AC123"]])),
  accept("names in capitals before the others", form([["b", "1"], ["B", "2"], ["a", "3"], ["A", "4"]])),
  accept("several values of a name, which are sorted", form([["To", "b"], ["To", "a"]])),
  accept("the same value twice, which is signed once", form(several)),
  accept("values with signs that a form encodes", form([["Body", "50% of 3+4 = 3.5 & more; \"yes\""], ["City", "Z\u00fcrich \u2665"]])),
  accept("spaces as plus signs and as %20", form([["Body", "one two"]], { body: Buffer.from("Body=one%20two") })),
  accept("an address with a user and a password", form(CALL, { url: "https://user:pass@mycompany.com/myapp.php" })),
  accept("a text with its digest in the address", text),
  accept("the digest as the only parameter of the address", json(EVENT, { url: `https://mycompany.com/a?bodySHA256=${createHash("sha256").update(EVENT).digest("hex")}` })),
  accept("the new of two secrets", { ...genuine, secrets: [CURRENT, PREVIOUS] }),
  accept("the old of two secrets", form(CALL, { secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("a header in lower case", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),

  reject("a value changed", { ...genuine, body: parameters(...CALL.with(2, ["Digits", "1235"])) }),
  reject("a parameter more", { ...genuine, body: parameters(...CALL, ["Z", "1"]) }),
  reject("a parameter less", { ...genuine, body: parameters(...CALL.slice(1)) }),
  reject("values of a name joined in the order they came in", {
    ...form([]), body: parameters(["To", "b"], ["To", "a"]),
    headers: [FORM, ["X-Twilio-Signature", createHmac("sha1", CURRENT.value).update(`${URL}TobToa`).digest("base64")]],
  }),
  reject("no body", { ...genuine, body: Buffer.alloc(0) }),
  reject("signed with a secret that is no longer valid", form(CALL, { secret: PREVIOUS, secrets: [CURRENT] })),
  reject("another path", { ...genuine, url: URL.replace("myapp", "other") }),
  reject("another host", { ...genuine, url: URL.replace("mycompany", "yourcompany") }),
  reject("http for https", { ...genuine, url: URL.replace("https", "http") }),
  reject("the query dropped", { ...genuine, url: "https://mycompany.com/myapp.php" }),
  reject("the query in another order", { ...genuine, url: "https://mycompany.com/myapp.php?bar=2&foo=1" }),
  reject("the body signed, as others do", { ...form([]), body: genuine.body }),
  reject("another algorithm", form(CALL, { hash: "sha256" })),
  reject("a signature in another encoding", form(CALL, { encoding: "hex" })),
  reject("no signature header", withoutHeader(genuine, HEADER)),
  reject("an empty signature header", signature(() => "")),
  reject("a signature cut off", signature(truncated)),
  reject("a signature without its padding", signature((value) => value.replace(/=+$/, ""))),
  reject("a signature under a label", signature((value) => `sha1=${value}`)),
  reject("two signature headers that differ", { ...genuine, headers: [...genuine.headers, ["X-Twilio-Signature", form(several).headers[1][1]]] }),
  reject("a text with the digest of another", { ...text, body: TAMPERED }),
  reject("a text dropped", { ...text, body: Buffer.alloc(0) }),
  reject("the digest changed with the text", { ...json(TAMPERED), headers: text.headers }),
  reject("a digest cut off", json(EVENT, { digest: createHash("sha256").update(EVENT).digest("hex").slice(0, 62) })),
  reject("an empty digest", json(EVENT, { digest: "" })),
  reject("a text whose digest is not in the address", json(TAMPERED, { url: URL }), {
    sdkAccepts: true,
    note: "Without a digest nothing says what the text was; the SDK then looks at the address alone.",
  }),
  reject("signed with a port of which the address has none", form(CALL, { signedUrl: URL.replace(".com/", ".com:443/") }), { sdkAccepts: true, note: LENIENT_URL }),
  reject("an apostrophe signed as %27", form(CALL, { url: `${URL}&Body=It's`, signedUrl: `${URL}&Body=It%27s` }), { sdkAccepts: true, note: LENIENT_URL }),
];
