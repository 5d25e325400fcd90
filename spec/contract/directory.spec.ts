import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NedbDirectory } from "../../lib/store/NedbDirectory.ts";
import { FakeDirectory } from "../support/FakeDirectory.ts";
import { describeDirectory } from "./directory.contract.ts";

describeDirectory("of the specs", () => Promise.resolve(new FakeDirectory()));

describeDirectory("in NeDB files", () => NedbDirectory.open(mkdtempSync(join(tmpdir(), "directory-"))));
