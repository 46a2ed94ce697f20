/** Tells the story of the demo. Colour and a running clock only on a terminal. */
export interface Narrator {
  title(text: string): void;
  /** Says what is about to happen, does it, and says how long it took. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Lines below a step, e.g. what a command printed. */
  show(text: string): void;
  say(text: string): void;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const bold = "1";
const dim = "2";
const red = "31";
const green = "32";

export function createNarrator(output: Output, now: () => number): Narrator {
  const terminal = output.isTTY === true && process.env["NO_COLOR"] === undefined;
  const style = (code: string, text: string) => (terminal ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => output.write(`${text}\n`);
  const seconds = (since: number) => `${((now() - since) / 1000).toFixed(1)} s`;
  let steps = 0;

  return {
    title: (text) => line(`\n${style(bold, text)}\n`),
    say: (text) => line(text),
    show: (text) => line(style(dim, indent(text))),
    async step(text, work) {
      steps += 1;
      const label = `${String(steps).padStart(2)}. ${text}`;
      const start = now();
      const stopClock = terminal
        ? runClock(() => output.write(`\r${label} … ${style(dim, seconds(start))} `))
        : () => undefined;
      if (!terminal) line(`${label} …`);
      const finish = (mark: string) => {
        stopClock();
        line(terminal ? `\r\u001b[K${label}: ${mark}` : `    ${mark}`);
      };
      try {
        const result = await work();
        finish(style(green, `done in ${seconds(start)}`));
        return result;
      } catch (error) {
        finish(style(red, `failed after ${seconds(start)}`));
        throw error;
      }
    },
  };
}

function runClock(tick: () => void): () => void {
  tick();
  const timer = setInterval(tick, 100);
  return () => clearInterval(timer);
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, "      ");
}
