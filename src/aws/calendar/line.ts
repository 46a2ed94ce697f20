/**
 * What is due, one after the other: a bounded number at a time, the longest due first. When the quota carries less than
 * is asked, everything comes later by the same amount, and nothing is left out.
 */
export interface Line<J> {
  readonly waiting: number;
  push(job: J): void;
  close(): void;
}

/**
 * @param run resolves when the job is done; it may call `leave` before, to let the next one start while it goes on.
 */
export function createLine<J>(atATime: () => number, run: (job: J, leave: () => void) => Promise<void>): Line<J> {
  let queue: J[] = [];
  let head = 0;
  let running = 0;

  const next = (): void => {
    while (running < atATime() && head < queue.length) {
      const job = queue[head] as J;
      head += 1;
      if (head === queue.length || head > 1024) {
        queue = queue.slice(head);
        head = 0;
      }
      start(job);
    }
  };
  const start = (job: J): void => {
    running += 1;
    let left = false;
    const leave = (): void => {
      if (!left) {
        left = true;
        running -= 1;
        next();
      }
    };
    run(job, leave).finally(leave);
  };
  return {
    get waiting() {
      return queue.length - head;
    },
    push(job) {
      queue.push(job);
      next();
    },
    close() {
      queue = [];
      head = 0;
    },
  };
}
