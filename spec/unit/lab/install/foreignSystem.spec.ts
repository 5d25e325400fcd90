import { expect, it } from "vitest";
import { foreignSystem } from "../../../../lab/install/foreignSystem.ts";

it.each([
    ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n', undefined],
    ['PRETTY_NAME="Ubuntu 24.04 LTS"\nID=ubuntu\nID_LIKE=debian\n', undefined],
    ['PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', undefined],
    ['PRETTY_NAME="Fedora Linux 42"\nID=fedora\n', "Fedora Linux 42"],
    ['ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n', "Alpine Linux v3.22"],
    ["", "an unknown system"],
])("reads %j", (osRelease, name) => {
    expect(foreignSystem(osRelease)).toBe(name);
});
