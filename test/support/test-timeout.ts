import { jest } from "@jest/globals";

/** Properties and real parts take their time on a busy machine. A test that waits says what for long before this. */
jest.setTimeout(60_000);
