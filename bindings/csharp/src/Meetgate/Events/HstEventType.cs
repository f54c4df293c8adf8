namespace Meetgate;

/// <summary>What an event of hst says.</summary>
public enum HstEventType
{
    /// <summary>None of the others; <c>Json</c> of the event has the word. A later version of the C library may tell more.</summary>
    Unknown = 0,

    /// <summary>The session is logged in and subscribed. Full states follow.</summary>
    Connected,

    /// <summary>
    /// All groups of an application, with their users and media. What was known of it before does not count any more.
    /// </summary>
    State,

    /// <summary>A user is in a group.</summary>
    Joined,

    /// <summary>A user is not in a group any more.</summary>
    Left,

    /// <summary>A user broadcasts a medium.</summary>
    Started,

    /// <summary>A user does not broadcast a medium any more.</summary>
    Stopped,

    /// <summary>The state of a recording. It is no part of a full state.</summary>
    Recording,

    /// <summary>A message of the gateway that the vendor's pages do not name.</summary>
    Other,

    /// <summary>There is no connection. The session connects again after <see cref="HstEvent.NextAttempt"/>.</summary>
    Disconnected,

    /// <summary>The client was disposed. Nothing comes after it.</summary>
    Closed,
}
