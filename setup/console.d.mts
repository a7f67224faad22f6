export function hashOf(root: string, paths: readonly string[]): string;
