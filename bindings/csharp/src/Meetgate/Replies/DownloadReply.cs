using System;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>What a download came to. A property that does not apply is null.</summary>
[JsonConverter(typeof(ReplyConverter<DownloadReply>))]
public sealed class DownloadReply : Reply
{
    /// <inheritdoc/>
    public DownloadReply(string json)
        : base(json)
    {
    }

    internal DownloadReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>How long the file is.</summary>
    public long Bytes => GetInteger("bytes") ?? 0;

    /// <summary>How many of them an earlier download had fetched.</summary>
    public long ResumedFrom => GetInteger("resumed_from") ?? 0;

    /// <summary>As the server says it, where it does.</summary>
    public string? Etag => GetText("etag");

    /// <summary>In hexadecimal, where it was compared.</summary>
    public string? Md5 => GetText("md5");

    /// <summary>How long it took.</summary>
    public TimeSpan? Duration => GetSeconds("seconds");

    /// <summary>How many requests it took.</summary>
    public long Attempts => GetInteger("attempts") ?? 0;
}
