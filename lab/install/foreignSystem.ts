/**
 * The name of a system that Debian's packages are not for, by its /etc/os-release; undefined on Debian and on those that
 * call themselves like it.
 */
export function foreignSystem(osRelease: string): string | undefined {
    const fields = new Map(
        osRelease.split("\n").map((line) => {
            const [key = "", ...value] = line.split("=");
            return [key, value.join("=").replace(/^"(.*)"$/, "$1")];
        }),
    );
    const families = [fields.get("ID"), ...(fields.get("ID_LIKE") ?? "").split(" ")];
    return families.includes("debian") ? undefined : (fields.get("PRETTY_NAME") ?? "an unknown system");
}
