using System;
using System.Text;
using System.Text.Json;

namespace Meetgate;

/// <summary>A call that failed.</summary>
/// <remarks>
/// There is a class for each <see cref="MeetgateStatus"/>, and below <see cref="MeetgateApiException"/> one for each
/// <see cref="ErrorClass"/>. A property that does not apply is null. Where a token provider threw, its exception is the
/// <see cref="Exception.InnerException"/>.
/// </remarks>
public class MeetgateException : Exception
{
    private readonly ErrorDocument document;

    /// <inheritdoc cref="Exception()"/>
    public MeetgateException()
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null, message, innerException))
    {
    }

    internal MeetgateException(ErrorDocument document)
        : base(document.Message, document.Cause)
    {
        this.document = document;
    }

    /// <summary>How the call ended.</summary>
    public MeetgateStatus Status => document.Status;

    /// <summary>The word of <see cref="Status"/>, the same in all languages: <c>API</c>, <c>TIMEOUT</c> and so on.</summary>
    public string StatusName => document.StatusName;

    /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
    public string? Platform => document.Platform;

    /// <summary>The operation, without its platform.</summary>
    public string? Operation => document.Operation;

    /// <summary>The platform's own number.</summary>
    public long? Code => document.GetNumber("code");

    /// <summary>
    /// The kind of failure that <see cref="Code"/> stands for: <c>not_found</c>, <c>conflict</c>, <c>forbidden</c> and so on. The error
    /// document calls it <c>class</c>. Null where the number has another meaning here, or no known meaning.
    /// </summary>
    public string? ErrorClass => document.GetText("class");

    /// <summary>The documented meaning of <see cref="Code"/>.</summary>
    public string? Meaning => document.GetText("meaning");

    /// <summary>The same in Chinese.</summary>
    public string? MeaningZh => document.GetText("meaning_zh");

    /// <summary>The platform's own words. Show them, but never decide by them.</summary>
    public string? PlatformMessage => document.GetText("platform_message");

    /// <summary>The HTTP status.</summary>
    public int? HttpStatus => (int?)document.GetNumber("http_status");

    /// <summary>The address that a redirect leads to, without its query.</summary>
    public string? Location => document.GetText("location");

    /// <summary>The platform's name for the request: quote it when you ask the vendor about the call (youme: <c>seq</c>).</summary>
    public string? RequestId => document.GetText("request_id");

    /// <summary>By how much the platform's clock is ahead of this machine's.</summary>
    public TimeSpan? ClockOffset => document.GetDuration("clock_offset_s", TimeSpan.TicksPerSecond);

    /// <summary>How often the request of the call was sent; 0 if it was never sent.</summary>
    public int? Attempts => (int?)document.GetNumber("attempts");

    /// <summary>Whether repeating the call is safe and may succeed.</summary>
    public bool Retryable => document.Retryable;

    /// <summary>How long to wait before the call is repeated.</summary>
    public TimeSpan? RetryAfter => document.GetDuration("retry_after_ms", TimeSpan.TicksPerMillisecond);

    /// <summary>The platform's answer, its secrets masked.</summary>
    public JsonElement? Reply => document.Reply;

    /// <summary>The beginning of an answer that is not JSON.</summary>
    public string? ReplyText => document.GetText("reply_text");

    /// <summary>The whole error document, as JSON text.</summary>
    public string Document => document.Text;

    /// <summary>
    /// Makes the exception that a call with this error document throws: for tests of programs. <see cref="Document"/> of an exception,
    /// or a document written by hand, such as <c>{"status":"API","message":"no such room","class":"not_found","code":40004}</c>.
    /// </summary>
    /// <param name="json">One JSON object; <c>status</c> and, below <c>API</c> and <c>AUTH</c>, <c>class</c> decide the class.</param>
    /// <exception cref="ArgumentException">It is no JSON object, or its <c>status</c> is none.</exception>
    public static MeetgateException FromDocument(string json)
    {
        MeetgateException made = Told(Required.NotNull(json, nameof(json)));
        return made.Status is (MeetgateStatus)(-1) or MeetgateStatus.Ok
            ? throw new ArgumentException("expected a JSON object whose \"status\" is a word such as API or TIMEOUT", nameof(json))
            : made;
    }

    /// <summary>What happened, and what to quote: the operation, the platform's number, the request and how often it was sent.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(GetType().FullName).Append(": ").Append(Message);
        text.Append("\n   status ").Append(StatusName);
        Append(text, "operation", document.WholeName);
        Append(text, "code", Code);
        Append(text, "http status", HttpStatus);
        Append(text, "request id", RequestId);
        Append(text, "attempts", Attempts);
        if (InnerException != null)
        {
            text.Append("\n ---> ").Append(InnerException).Append("\n   --- End of inner exception stack trace ---");
        }
        return StackTrace == null ? text.ToString() : text.Append('\n').Append(StackTrace).ToString();
    }

    internal static MeetgateException From(ErrorDocument document) => document.Status switch
    {
        MeetgateStatus.InvalidArgument => new MeetgateInvalidArgumentException(document),
        MeetgateStatus.InvalidConfig => new MeetgateInvalidConfigException(document),
        MeetgateStatus.Auth when document.GetText("class") == "token_dead" => new MeetgateTokenDeadException(document),
        MeetgateStatus.Auth => new MeetgateAuthException(document),
        MeetgateStatus.Api => FromPlatform(document),
        MeetgateStatus.Network => new MeetgateNetworkException(document),
        MeetgateStatus.Tls => new MeetgateTlsException(document),
        MeetgateStatus.Timeout => new MeetgateTimeoutException(document),
        MeetgateStatus.Http => new MeetgateHttpException(document),
        MeetgateStatus.Protocol => new MeetgateProtocolException(document),
        MeetgateStatus.Io => new MeetgateIOException(document),
        MeetgateStatus.Cancelled => new MeetgateCancelledException(document),
        MeetgateStatus.Limit => new MeetgateLimitException(document),
        MeetgateStatus.Store => new MeetgateStoreException(document),
        MeetgateStatus.Forked => new MeetgateForkedException(document),
        MeetgateStatus.Internal => new MeetgateInternalException(document),
        _ => new MeetgateException(document),
    };

    /// <summary>Of an error document that the C library told, whatever its status.</summary>
    internal static MeetgateException Told(string json)
    {
        MeetgateStatus status = ErrorDocument.StatusOf(new ErrorDocument(MeetgateStatus.Internal, json).GetText("status"));
        return From(new ErrorDocument(status, json));
    }

    /// <summary>A mistake that only this assembly can see.</summary>
    internal static MeetgateException Refused(MeetgateStatus status, string message, string? operation = null) =>
        From(ErrorDocument.Made(status, null, message, null, operation));

    private static MeetgateApiException FromPlatform(ErrorDocument document) => document.GetText("class") switch
    {
        "bad_request" => new MeetgateBadRequestException(document),
        "not_found" => new MeetgateNotFoundException(document),
        "conflict" => new MeetgateConflictException(document),
        "forbidden" => new MeetgateForbiddenException(document),
        "limit" => new MeetgateLimitReachedException(document),
        "unsupported" => new MeetgateUnsupportedException(document),
        "busy" => new MeetgatePlatformBusyException(document),
        "server" => new MeetgateServerException(document),
        _ => new MeetgateApiException(document),
    };

    private static void Append(StringBuilder text, string name, object? value)
    {
        if (value != null)
        {
            text.Append(", ").Append(name).Append(' ').Append(value);
        }
    }
}
