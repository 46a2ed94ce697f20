import { afterEach, describe, expect, it } from "@jest/globals";
import { type HttpServer, parseBindAddress, serveRoutes } from "./http-server.ts";

let server: HttpServer | undefined;
afterEach(() => server?.close());

describe("serveRoutes", () => {
  it("answers known paths, 404 elsewhere, 500 without details when a route fails", async () => {
    server = await serveRoutes("127.0.0.1:0", {
      "/ok": async () => ({ status: 200, contentType: "text/plain", body: "fine" }),
      "/broken": async () => {
        throw new Error("hunter2");
      },
    });
    const base = `http://127.0.0.1:${server.port}`;
    const ok = await fetch(`${base}/ok?verbose`);
    expect([ok.status, await ok.text()]).toEqual([200, "fine"]);
    expect((await fetch(`${base}/none`)).status).toBe(404);
    const broken = await fetch(`${base}/broken`);
    expect([broken.status, await broken.text()]).toEqual([500, "internal error\n"]);
  });

  it("sends a body piece by piece", async () => {
    let goOn = (): void => {};
    const firstSeen = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* pieces() {
      yield "a";
      yield "";
      await firstSeen;
      yield "b";
    }
    server = await serveRoutes("127.0.0.1:0", {
      "/pieces": async () => ({ status: 200, contentType: "text/plain", body: pieces() }),
    });
    const { body } = await fetch(`http://127.0.0.1:${server.port}/pieces`);
    const seen: string[] = [];
    for await (const piece of body ?? []) {
      seen.push(new TextDecoder().decode(piece));
      goOn();
    }
    expect(seen).toEqual(["a", "b"]);
  });

  it("breaks a body off that fails on the way, without details, and goes on serving", async () => {
    async function* failing() {
      yield "half of it";
      throw new Error("hunter2");
    }
    server = await serveRoutes("127.0.0.1:0", {
      "/failing": async () => ({ status: 200, contentType: "text/plain", body: failing() }),
      "/ok": async () => ({ status: 200, contentType: "text/plain", body: "fine" }),
    });
    const base = `http://127.0.0.1:${server.port}`;
    await expect(fetch(`${base}/failing`).then((answer) => answer.text())).rejects.toThrow();
    expect((await fetch(`${base}/ok`)).status).toBe(200);
  });
});

describe("parseBindAddress", () => {
  const cases = [
    { text: ":8080", host: undefined, port: 8080 },
    { text: "127.0.0.1:0", host: "127.0.0.1", port: 0 },
    { text: "[::1]:8081", host: "::1", port: 8081 },
  ];
  it.each(cases)("reads $text", ({ text, host, port }) => {
    expect(parseBindAddress(text)).toEqual({ host, port });
  });
  it.each(["8080", "host:", ":70000", "a b:1"])("refuses %s", (text) => {
    expect(() => parseBindAddress(text)).toThrow(`bind address "${text}" must be host:port or :port`);
  });
});
