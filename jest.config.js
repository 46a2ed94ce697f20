// Plain JavaScript, so that jest needs no loader for its own configuration. Run through `make test`, which sets
// --experimental-vm-modules: jest's way of running ES modules.
const swc = [
  "@swc/jest",
  {
    jsc: { parser: { syntax: "typescript" }, target: "es2024", experimental: { keepImportAttributes: true } },
    module: { type: "es6" },
    sourceMaps: "inline",
  },
];
const shared = {
  transform: { "^.+\\.ts$": swc },
  extensionsToTreatAsEsm: [".ts"],
  testEnvironment: "node",
  modulePathIgnorePatterns: ["<rootDir>/.tools/", "<rootDir>/dist/"],
  setupFilesAfterEnv: ["<rootDir>/test/support/test-timeout.ts"],
};
/** Suites on real parts: one control plane and one set of emulators for the whole run (test/support/global-setup.ts). */
const onRealParts = {
  ...shared,
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
};

export default {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: [
        "<rootDir>/src/**/*.test.ts",
        "<rootDir>/hack/**/*.test.ts",
        "<rootDir>/bench/**/*.test.ts",
        "<rootDir>/demo/**/*.test.ts",
        "<rootDir>/test/faults/support/*.test.ts",
      ],
    },
    { ...onRealParts, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
    {
      ...onRealParts,
      displayName: "faults",
      testMatch: ["<rootDir>/test/faults/*.test.ts"],
      // Ten minutes: `make faults` alone.
      testPathIgnorePatterns: process.env["FAULTS"] === "all" ? [] : ["<rootDir>/test/faults/soak.test.ts"],
    },
  ],
};
