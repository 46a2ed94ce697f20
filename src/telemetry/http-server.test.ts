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
