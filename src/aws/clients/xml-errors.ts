import type { NodeHttpHandler } from "@smithy/node-http-handler";

type Handle = NodeHttpHandler["handle"];
type Answer = Awaited<ReturnType<Handle>>;

const longestBody = 65_536;

/**
 * Some gateways, and emulators that enforce IAM in front of a JSON service, answer errors as XML. The SDK's JSON parser
 * fails on it and forgets the body, and a denial would pass for an outage: so an error in XML becomes the same error in
 * JSON before the SDK sees it. Answers that are no errors, and those of STS (which speaks XML), pass untouched.
 */
export function withXmlErrors(handle: Handle): Handle {
  return async (request, options) => {
    const answer = await handle(request, options);
    const speaksJson = request.headers["content-type"]?.startsWith("application/x-amz-json") === true;
    return speaksJson && answer.response.statusCode >= 300 ? translate(answer) : answer;
  };
}

async function translate({ response }: Answer): Promise<Answer> {
  const body = await readBody(response.body as AsyncIterable<Uint8Array>);
  const text = body.toString("utf8");
  const code = /<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? "";
  const json = code === undefined ? body : Buffer.from(JSON.stringify({ __type: code, message: unescapeXml(message) }));
  response.body = json;
  return { response };
}

async function readBody(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > longestBody) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole);
}
