/**
 * What Node says when no answer came, in words for people. Every one of them is an outage (aws.md: "a timeout, a reset:
 * outage"). The words name no address: of a name with several they would differ from one time to the next.
 */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ECONNABORTED: "the connection was aborted",
  EPIPE: "the connection was closed while the request was sent",
  ETIMEDOUT: "the connection timed out",
  ESOCKETTIMEDOUT: "the connection timed out",
  TimeoutError: "no answer came in time",
  EHOSTUNREACH: "there is no route to the host",
  EHOSTDOWN: "the host is down",
  ENETUNREACH: "there is no route to the network",
  ENETDOWN: "the network is down",
  EADDRNOTAVAIL: "no local port is free",
  EMFILE: "this process has too many files open",
  ENOTFOUND: "DNS knows no such host",
  EAI_AGAIN: "DNS does not answer",
  EAI_FAIL: "DNS failed",
  EPROTO: "the TLS handshake failed",
  HPE_INVALID_CONSTANT: "the answer is not HTTP",
  ERR_PROXY_TUNNEL: "the proxy refused the tunnel",
};

const certificateCodes =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|CRL_)/;

/** What happened, for people, where the code is one of Node's network codes; else undefined. */
export function describeNetworkCode(code: string): string | undefined {
  if (certificateCodes.test(code)) {
    return `the TLS certificate was not accepted (${code}): name a private CA in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS`;
  }
  if (code.startsWith("HPE_")) return words.HPE_INVALID_CONSTANT;
  return words[code];
}

/**
 * True where a kept-alive connection may simply have been closed by the other side as the request went out: one more try
 * on a new connection is right, since all requests here are reads.
 */
export function isStaleConnection(code: string): boolean {
  return code === "ECONNRESET" || code === "EPIPE";
}
