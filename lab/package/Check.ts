/** Counts and prints one check of the package test. `details` are printed if it failed. */
export type Check = (what: string, isTrue: boolean, details?: string) => void;
