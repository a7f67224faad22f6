type Names = Readonly<Record<string, string>>;
type Manifest = Readonly<{ dependencies?: Names; devDependencies?: Names }>;
type Lock = Readonly<{ packages?: Readonly<Record<string, Readonly<{ version?: string }>>> }>;
export function isInstalled(manifest: Manifest, lock: Lock, installed: Lock | undefined): boolean;
