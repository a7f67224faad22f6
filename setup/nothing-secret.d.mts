export function formsOf(secret: string): readonly string[];
export function searchTold(
  folder: string,
): Promise<Readonly<{ findings: readonly string[]; secrets: number; bytes: number; beyond: number }>>;
