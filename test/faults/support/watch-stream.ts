import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiFault } from "./api-faults.ts";

/** Events but bookmarks that a rule has seen, over all connections that it struck. */
export interface EventNumbers {
  next: number;
}

/** A fault in one watch. `passed`: lines that have gone out on it. */
interface WatchStep {
  /** Whether the line goes out. */
  allows(line: string, passed: number): boolean;
  /** Asked before the first line and after each: true once the fault has ended the response. */
  isOver(passed: number): boolean;
  /** The API server has ended the watch; true: the client is not told. */
  hidesEnd(passed: number): boolean;
}

/** Passes a watch on, line by line, with the fault in it. Resolves when either side is done. */
export async function passWatch(
  incoming: IncomingMessage,
  response: ServerResponse,
  watch: { readonly fault: ApiFault | undefined; readonly numbers: EventNumbers; onEvent(): void },
): Promise<void> {
  response.writeHead(200, { "content-type": incoming.headers["content-type"] ?? "application/json" });
  response.flushHeaders();
  const step = stepFor(watch.fault, response, watch.numbers);
  let passed = 0;
  if (step.isOver(passed)) {
    return;
  }
  for await (const line of linesOf(incoming)) {
    if (step.allows(line, passed)) {
      response.write(`${line}\n`);
      passed += 1;
      watch.onEvent();
    }
    if (step.isOver(passed)) {
      return;
    }
  }
  if (!step.hidesEnd(passed)) {
    response.end();
  }
}

const untouched: WatchStep = { allows: () => true, isOver: () => false, hidesEnd: () => false };

function stepFor(fault: ApiFault | undefined, response: ServerResponse, numbers: EventNumbers): WatchStep {
  switch (fault?.kind) {
    case "cutWatch":
      return endAfter(fault.after, () => response.socket?.destroySoon());
    case "endWatch":
      return endAfter(fault.after, () => response.end());
    case "watchError":
      return endAfter(fault.after, () => response.end(`${JSON.stringify(errorEvent(fault))}\n`));
    case "truncateWatch":
      return truncateAfter(fault.after, response);
    case "silenceWatch":
      return {
        ...untouched,
        allows: (_line, passed) => passed < fault.after,
        hidesEnd: (passed) => passed >= fault.after,
      };
    case "garbleWatch":
      return garbleAfter(fault.after, response);
    case "dropEvents":
      return { ...untouched, allows: (line) => isBookmark(line) || !fault.numbers.includes(numbers.next++) };
    default:
      return untouched;
  }
}

function endAfter(lines: number, end: () => void): WatchStep {
  return {
    ...untouched,
    isOver: (passed) => {
      if (passed >= lines) {
        end();
      }
      return passed >= lines;
    },
  };
}

function truncateAfter(lines: number, response: ServerResponse): WatchStep {
  let isDone = false;
  return {
    ...untouched,
    allows: (line, passed) => {
      if (passed < lines) {
        return true;
      }
      response.end(line.slice(0, Math.ceil(line.length / 2)));
      isDone = true;
      return false;
    },
    isOver: () => isDone,
  };
}

function garbleAfter(lines: number, response: ServerResponse): WatchStep {
  let isDone = false;
  return {
    ...untouched,
    allows: (_line, passed) => {
      if (passed >= lines && !isDone) {
        isDone = true;
        response.write('{"type":"MODIFIED","object":{"meta\n');
      }
      return true;
    },
  };
}

function errorEvent(fault: { readonly code: number; readonly reason: string }): object {
  return { type: "ERROR", object: statusObject(fault.code, fault.reason, "injected into the stream") };
}

/** A failed `Status`, as the API server sends it. */
export function statusObject(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

function isBookmark(line: string): boolean {
  return line.startsWith('{"type":"BOOKMARK"');
}

async function* linesOf(incoming: IncomingMessage): AsyncGenerator<string> {
  let rest = "";
  incoming.setEncoding("utf8");
  for await (const chunk of incoming) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}
