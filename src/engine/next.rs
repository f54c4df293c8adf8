//! What comes after an answer: the one place that decides whether a call goes out again.

/// A call goes out at most so often with another token or another time, whatever the answers.
const MOST_ROUNDS: u32 = 3;

/// What the last answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Success,
    /// The number of a dead token.
    TokenDead,
    /// Any other failure: a number, an HTTP status, or nothing readable.
    Failure,
}

/// Whether another token may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// The call carries none, or nobody has another one.
    Only,
    /// Another one can be had.
    Replaceable,
    /// This one is the second of the call.
    Replaced,
    /// Another one did not help this request a moment ago (T60).
    Fruitless,
}

/// Whether another time may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// The signed time was right, or there is none in the request.
    Right,
    /// The request may be signed once more, with a clock so many seconds from ours.
    Other(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The answer is the caller's.
    Answer,
    /// Once more, and why.
    Again(Why),
    /// The failure is the caller's.
    Fail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// With another token: the platform did nothing with a dead one.
    TokenDead,
    /// With another time.
    Clock(i64),
}

/// `safe`: the operation only reads. `rounds` counts the answers so far, this one included.
pub(super) fn next(said: Said, token: Token, clock: Clock, safe: bool, rounds: u32) -> Next {
    match (said, token, clock) {
        (Said::Success, _, _) => Next::Answer,
        _ if rounds >= MOST_ROUNDS => Next::Fail,
        (_, _, Clock::Other(offset)) if safe => Next::Again(Why::Clock(offset)),
        (Said::TokenDead, Token::Replaceable, _) => Next::Again(Why::TokenDead),
        _ => Next::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        const AGAIN: Next = Next::Again(Why::TokenDead);
        const RECLOCKED: Next = Next::Again(Why::Clock(3600));
        const OFF: Clock = Clock::Other(3600);
        #[rustfmt::skip]
        let rows = [
            // said            token               clock         safe   attempts  next
            (Said::Success,    Token::Only,        Clock::Right, true,  1,        Next::Answer),
            (Said::Success,    Token::Replaceable, OFF,          true,  1,        Next::Answer),
            (Said::Success,    Token::Replaced,    Clock::Right, false, 3,        Next::Answer),
            // A dead token did nothing: whatever the operation, once more with another one.
            (Said::TokenDead,  Token::Replaceable, Clock::Right, false, 1,        AGAIN),
            (Said::TokenDead,  Token::Replaceable, Clock::Right, true,  2,        AGAIN),
            (Said::TokenDead,  Token::Only,        Clock::Right, true,  1,        Next::Fail),
            (Said::TokenDead,  Token::Replaced,    Clock::Right, true,  2,        Next::Fail),
            (Said::TokenDead,  Token::Fruitless,   Clock::Right, true,  1,        Next::Fail),
            // Another failure is the caller's.
            (Said::Failure,    Token::Replaceable, Clock::Right, true,  1,        Next::Fail),
            (Said::Failure,    Token::Only,        Clock::Right, false, 1,        Next::Fail),
            // A wrong clock: only what reads goes out again, since the number does not say that nothing was done.
            (Said::Failure,    Token::Only,        OFF,          true,  1,        RECLOCKED),
            (Said::Failure,    Token::Only,        OFF,          true,  2,        RECLOCKED),
            (Said::Failure,    Token::Only,        OFF,          false, 1,        Next::Fail),
            // And there is an end.
            (Said::Failure,    Token::Only,        OFF,          true,  3,        Next::Fail),
            (Said::TokenDead,  Token::Replaceable, Clock::Right, true,  3,        Next::Fail),
        ];
        for (said, token, clock, safe, attempts, expected) in rows {
            assert_eq!(
                next(said, token, clock, safe, attempts),
                expected,
                "{said:?} {token:?} {clock:?} {safe} {attempts}"
            );
        }
    }
}
