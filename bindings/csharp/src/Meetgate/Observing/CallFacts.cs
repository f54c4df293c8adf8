using System;

namespace Meetgate;

/// <summary>What one successful call was like. Give it to the call in <see cref="CallOptions.Facts"/>; the call fills it in.</summary>
/// <remarks>
/// A call that fails leaves it as it is: the exception says what happened. Of several calls it has what the last one was like: calls
/// at the same time need one each.
/// </remarks>
public sealed class CallFacts
{
    private volatile Reply? filled;

    /// <summary>Whether a call has filled it in.</summary>
    public bool IsFilled => filled != null;

    /// <summary>The HTTP status of the answer.</summary>
    public long? HttpStatus => filled?.GetInteger("http_status");

    /// <summary>The number to quote to the vendor, where the platform has one.</summary>
    public string? RequestId => filled?.GetText("request_id");

    /// <summary>How often the request was sent; 0 as long as no call has filled it in.</summary>
    public long Attempts => filled?.GetInteger("attempts") ?? 0;

    /// <summary>Whether it went over a connection that was kept from another call.</summary>
    public bool ReusedConnection => filled?.GetBoolean("reused_connection") ?? false;

    /// <summary>Which of the account's tokens it carried; null where the platform has none.</summary>
    public long? TokenGeneration => filled?.GetInteger("token_generation");

    /// <summary>Bytes that the last attempt sent, with the head.</summary>
    public long SentBytes => filled?.GetInteger("sent_bytes") ?? 0;

    /// <summary>Bytes that came in the last attempt, with the head.</summary>
    public long ReceivedBytes => filled?.GetInteger("received_bytes") ?? 0;

    /// <summary>How long it took: the whole call, and the parts of its last attempt.</summary>
    public CallDurations? Durations => filled?.GetObject("ms", static (json, path) => new CallDurations(json, path));

    /// <summary>All of it as JSON; empty as long as no call has filled it in.</summary>
    public override string ToString() => filled?.RawText ?? "";

    /// <summary>Takes the facts out of what the C library gave out: what is left is the platform's answer, as it came.</summary>
    internal byte[] TakeFrom(byte[] wrapped)
    {
        ReadOnlySpan<byte> text = wrapped;
        ReadOnlySpan<byte> beforeReply = "{\"reply\":"u8;
        ReadOnlySpan<byte> beforeFacts = ",\"facts\":"u8;
        // The facts have no member of this name, so that the last one in the text is theirs.
        int at = text.LastIndexOf(beforeFacts);
        ReadOnlySpan<byte> facts = text.Slice(at + beforeFacts.Length);
        filled = new Reply(new Answer(facts.Slice(0, facts.Length - 1).ToArray(), null));
        return text.Slice(beforeReply.Length, at - beforeReply.Length).ToArray();
    }
}
