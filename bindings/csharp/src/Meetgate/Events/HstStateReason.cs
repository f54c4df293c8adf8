namespace Meetgate;

/// <summary>Why there is a full state.</summary>
public enum HstStateReason
{
    /// <summary>None of the others; <c>Json</c> of the event has the word.</summary>
    Unknown = 0,

    /// <summary>It is the first one.</summary>
    Opened,

    /// <summary>It came over another connection than the one before.</summary>
    Reconnected,

    /// <summary>A version was left out, or it could not be told whose an event was.</summary>
    Gap,

    /// <summary>The reader was too slow. A session in C# never has it: no queue is between the gateway and the handlers.</summary>
    Overflow,

    /// <summary>The gateway sent it by itself.</summary>
    Unasked,
}
