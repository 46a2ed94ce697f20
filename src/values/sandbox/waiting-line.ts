import type { Job } from "./jobs.ts";

/** So many submitters are remembered; the longest remembered one is forgotten first. */
const mostOffenders = 10_000;

/** The order in which jobs are served. */
export interface WaitingLine {
  add(job: Job): void;
  /** Jobs that had been handed out and were never begun. */
  putBack(jobs: readonly Job[]): void;
  next(): Job | undefined;
  waiting(): boolean;
  /** All that wait. */
  drain(): readonly Job[];
  /** Remembers a submitter whose job was killed, or forgets one whose job was not. */
  mark(submitter: string, killed: boolean): void;
}

/**
 * First come, first served; but a submitter whose last job was killed is served only when nobody else waits, since it
 * may well cost another second: hostile templates delay one another, not their neighbours.
 */
export function createWaitingLine(): WaitingLine {
  const offenders = new Set<string>();
  const first = createFifo();
  const last = createFifo();
  return {
    add: (job) => (offenders.has(job.submitter) ? last : first).add(job),
    putBack(jobs) {
      first.putBack(jobs.filter((job) => !offenders.has(job.submitter)));
      last.putBack(jobs.filter((job) => offenders.has(job.submitter)));
    },
    next: () => first.next() ?? last.next(),
    waiting: () => first.waiting() || last.waiting(),
    drain: () => [...first.drain(), ...last.drain()],
    mark(submitter, killed) {
      offenders.delete(submitter);
      if (killed) offenders.add(submitter);
      const [oldest] = offenders;
      if (offenders.size > mostOffenders && oldest !== undefined) offenders.delete(oldest);
    },
  };
}

/** A queue whose head is not moved with every job, as an array's shift would. */
function createFifo() {
  let jobs: Job[] = [];
  let head = 0;
  const rest = (): Job[] => jobs.slice(head);
  const reset = (next: Job[]): void => {
    jobs = next;
    head = 0;
  };
  return {
    add: (job: Job): void => {
      jobs.push(job);
    },
    putBack: (back: readonly Job[]): void => {
      if (back.length > 0) reset([...back, ...rest()]);
    },
    next(): Job | undefined {
      const job = jobs[head];
      if (job === undefined) return undefined;
      head += 1;
      if (head > 1000 && head * 2 > jobs.length) reset(rest());
      return job;
    },
    waiting: (): boolean => head < jobs.length,
    drain(): readonly Job[] {
      const all = rest();
      reset([]);
      return all;
    },
  };
}
