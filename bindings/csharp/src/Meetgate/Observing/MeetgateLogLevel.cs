namespace Meetgate;

/// <summary>How much an event of a client matters. A log takes those of its own level, and those of smaller numbers.</summary>
public enum MeetgateLogLevel
{
    /// <summary>Credentials are refused, no token can be had, or the library has a defect.</summary>
    Error = 1,

    /// <summary>A call failed for another reason than the platform's own refusal, or a request is sent again.</summary>
    Warning = 2,

    /// <summary>A token is new or dead. The platform refused a call, or the program ended it.</summary>
    Info = 3,

    /// <summary>Every attempt of every request, and every call that went well.</summary>
    Debug = 4,
}
