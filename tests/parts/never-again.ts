/** For what must not be lost or doubled: there one failure in a hundred runs is a failure, so no second try (decision 0071). */
export const NEVER_AGAIN = { retry: 0 } as const;
