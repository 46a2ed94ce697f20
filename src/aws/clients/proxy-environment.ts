const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
const exceptionVariables = ["NO_PROXY", "no_proxy"];

/**
 * What the environment says of proxies, and nothing else of it: an agent keeps what it is given, and the environment may
 * hold keys. Throws where a proxy is asked for and this Node knows none (before 22.21 and 24.5), instead of passing it by.
 *
 * @param nodeVersion `process.versions.node`
 */
export function proxyEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  nodeVersion: string,
): Readonly<Record<string, string>> {
  const wanted = [...proxyVariables, ...exceptionVariables];
  const entries = wanted.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  if (proxyVariables.some((name) => environment[name]) && !knowsProxies(nodeVersion)) {
    throw new Error(`HTTPS_PROXY and HTTP_PROXY need Node 22.21 or 24.5 and later; this is ${nodeVersion}`);
  }
  return Object.fromEntries(entries);
}

function knowsProxies(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  if (major === 22) return minor >= 21;
  return major === 24 ? minor >= 5 : major > 24;
}
