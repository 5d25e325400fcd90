import type { LegResumer } from "../../ports/CallIntake.ts";
import type { MatrixLegRecord } from "../../ports/LegRecord.ts";
import { placeOf } from "./legRecords.ts";
import type { CalleeLegParts } from "./CalleeLegParts.ts";
import { MatrixCalleeLeg } from "./MatrixCalleeLeg.ts";
import { MatrixCallerLeg } from "./MatrixCallerLeg.ts";

/** Makes the legs of Matrix users again after a restart of the bridge. */
export function resumeMatrixLegs(parts: CalleeLegParts): LegResumer<MatrixLegRecord> {
    return {
        resume: (name, record, report) => {
            const place = placeOf(record);
            if (place === undefined) return undefined;
            switch (record.role) {
                case "callee":
                    return MatrixCalleeLeg.resume(parts, name, place, record, report);
                case "caller": {
                    const leg = MatrixCallerLeg.resume(parts, name.callId, place, record);
                    leg.connect(report);
                    return leg;
                }
            }
        },
    };
}
