namespace Meetgate;

/// <summary>What gets the events of one session of the C library.</summary>
internal interface IEventReader
{
    /// <summary>Comes on the session's thread, one event after the other.</summary>
    /// <param name="json">The bytes of one event.</param>
    void Take(byte[] json);
}
