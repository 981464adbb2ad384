/** What is not there that a package depends on. */
const absent = 'not installed';

/** The installed packages that code reaches, by name: their versions, and who reaches which where there are several. */
export class Versions {
  private readonly found = new Map<string, Map<string, Set<string>>>();

  /** @param version undefined if it is not installed */
  add(name: string, version: string | undefined, importer: string): void {
    const versions = this.found.get(name) ?? new Map<string, Set<string>>();
    this.found.set(name, versions);
    const label = version ?? absent;
    versions.set(label, (versions.get(label) ?? new Set()).add(importer));
  }

  /** `1.0.0`, or `1.0.0 for a, b; 2.0.0 for c`. */
  table(): Map<string, string> {
    return new Map(
      Array.from(this.found, ([name, versions]) => {
        const [only] = versions.keys();
        return [
          name,
          versions.size === 1
            ? only
            : [...versions]
                .map(([version, importers]) => `${version} for ${[...importers].sort().join(', ')}`)
                .sort()
                .join('; '),
        ];
      }),
    );
  }
}
