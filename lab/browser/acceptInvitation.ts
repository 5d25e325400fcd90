const attempts = 50;
const pauseMs = 100;

/**
 * Accepts an invitation, for clients of the lab that join within milliseconds: over federation, the invitation reaches the
 * invited user before the inviter's homeserver has stored it, and until then that one answers a join with 403.
 * Gives up after 5 s, for example because the invitation was withdrawn; a spec then sees a user who has not joined.
 */
export async function acceptInvitation(join: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
        try {
            await join();
            return;
        } catch (error) {
            if (!isForbidden(error)) return;
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
}

function isForbidden(error: unknown): boolean {
    return typeof error === "object" && error !== null && "httpStatus" in error && error.httpStatus === 403;
}
