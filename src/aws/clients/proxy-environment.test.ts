import { expect, it } from "@jest/globals";
import { proxyEnvironment } from "./proxy-environment.ts";

it("takes what concerns proxies, and no key", () => {
  const environment = {
    HTTPS_PROXY: "http://proxy:3128",
    no_proxy: ".svc",
    HTTP_PROXY: "",
    AWS_SECRET_ACCESS_KEY: "CANARY",
  };
  expect(proxyEnvironment(environment, "24.21.0")).toEqual({ HTTPS_PROXY: "http://proxy:3128", no_proxy: ".svc" });
});

it.each([
  ["22.19.0", false],
  ["22.21.0", true],
  ["24.4.1", false],
  ["24.5.0", true],
  ["25.0.0", true],
])("under Node %s a proxy is possible: %s", (version, possible) => {
  const make = (): unknown => proxyEnvironment({ https_proxy: "http://proxy:3128" }, version);
  if (possible) expect(make).not.toThrow();
  else expect(make).toThrow(/Node 22\.21/);
});

it("needs no newer Node without a proxy", () => {
  expect(proxyEnvironment({ NO_PROXY: ".svc" }, "22.19.0")).toEqual({ NO_PROXY: ".svc" });
});
