namespace Meetgate;

public partial class HstClient
{
    /// <summary>
    /// Makes a session with the event gateway: who joins and leaves a group, who begins and stops to broadcast, and how recordings go,
    /// as it happens. It connects when <see cref="HstEventSession.Start"/> is called, so that handlers can be there before.
    /// </summary>
    /// <remarks>Options of calls, as <c>With</c> has them, say nothing about sessions.</remarks>
    /// <param name="options">
    /// They are read now, and not looked at again. <see cref="EventsOptions.AppIds"/> must be there, unless the client was made with a
    /// <c>discovery_app_id</c>. What cannot be right in them <see cref="HstEventSession.Start"/> throws.
    /// </param>
    /// <returns>The session. It ends with <see cref="HstEventSession.Dispose()"/>, or with the client.</returns>
    /// <exception cref="MeetgateInvalidArgumentException">An option cannot be sent, such as half of a character.</exception>
    /// <exception cref="System.ObjectDisposedException">The client is disposed.</exception>
    public virtual HstEventSession CreateEventSession(EventsOptions? options = null) => NewEventSession(options ?? new EventsOptions());
}
