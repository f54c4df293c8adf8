using System;

namespace Meetgate;

// One class for each status, and below MeetgateApiException one for each kind of number. The constructors that take a message are
// for the tests of programs; MeetgateException.FromDocument makes one with all its members.

/// <summary>A parameter that cannot be right. Nothing was sent.</summary>
public sealed class MeetgateInvalidArgumentException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateInvalidArgumentException()
        : this(ErrorDocument.Made(MeetgateStatus.InvalidArgument, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateInvalidArgumentException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.InvalidArgument, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateInvalidArgumentException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.InvalidArgument, null, message, innerException))
    {
    }

    internal MeetgateInvalidArgumentException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A configuration that cannot be right.</summary>
public sealed class MeetgateInvalidConfigException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateInvalidConfigException()
        : this(ErrorDocument.Made(MeetgateStatus.InvalidConfig, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateInvalidConfigException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.InvalidConfig, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateInvalidConfigException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.InvalidConfig, null, message, innerException))
    {
    }

    internal MeetgateInvalidConfigException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform refused the credentials.</summary>
public class MeetgateAuthException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateAuthException()
        : this(ErrorDocument.Made(MeetgateStatus.Auth, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateAuthException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Auth, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateAuthException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Auth, null, message, innerException))
    {
    }

    internal MeetgateAuthException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform refused the token, and also the one that was fetched in its place.</summary>
public sealed class MeetgateTokenDeadException : MeetgateAuthException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateTokenDeadException()
        : this(ErrorDocument.Made(MeetgateStatus.Auth, "token_dead"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateTokenDeadException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Auth, "token_dead", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateTokenDeadException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Auth, "token_dead", message, innerException))
    {
    }

    internal MeetgateTokenDeadException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform answered with an error number of its own. The plain class: a number whose kind is not known.</summary>
public class MeetgateApiException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateApiException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateApiException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateApiException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, null, message, innerException))
    {
    }

    internal MeetgateApiException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform did not take the parameters.</summary>
public sealed class MeetgateBadRequestException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateBadRequestException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "bad_request"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateBadRequestException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "bad_request", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateBadRequestException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "bad_request", message, innerException))
    {
    }

    internal MeetgateBadRequestException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The room, recording or other thing that the call names does not exist.</summary>
public sealed class MeetgateNotFoundException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateNotFoundException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "not_found"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateNotFoundException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "not_found", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateNotFoundException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "not_found", message, innerException))
    {
    }

    internal MeetgateNotFoundException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>It exists already, or is not in the state that the call needs.</summary>
public sealed class MeetgateConflictException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateConflictException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "conflict"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateConflictException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "conflict", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateConflictException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "conflict", message, innerException))
    {
    }

    internal MeetgateConflictException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The site or its licence does not allow it.</summary>
public sealed class MeetgateForbiddenException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateForbiddenException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "forbidden"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateForbiddenException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "forbidden", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateForbiddenException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "forbidden", message, innerException))
    {
    }

    internal MeetgateForbiddenException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A limit of the platform is reached.</summary>
public sealed class MeetgateLimitReachedException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateLimitReachedException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "limit"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateLimitReachedException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "limit", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateLimitReachedException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "limit", message, innerException))
    {
    }

    internal MeetgateLimitReachedException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform does not support it.</summary>
public sealed class MeetgateUnsupportedException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateUnsupportedException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "unsupported"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateUnsupportedException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "unsupported", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateUnsupportedException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "unsupported", message, innerException))
    {
    }

    internal MeetgateUnsupportedException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The platform is busy or timed out inside: try later. Not the same as <see cref="MeetgateLimitException"/>.</summary>
public sealed class MeetgatePlatformBusyException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgatePlatformBusyException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "busy"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgatePlatformBusyException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "busy", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgatePlatformBusyException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "busy", message, innerException))
    {
    }

    internal MeetgatePlatformBusyException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A fault of the platform's own.</summary>
public sealed class MeetgateServerException : MeetgateApiException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateServerException()
        : this(ErrorDocument.Made(MeetgateStatus.Api, "server"))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateServerException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "server", message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateServerException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Api, "server", message, innerException))
    {
    }

    internal MeetgateServerException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>No connection, or it broke.</summary>
public sealed class MeetgateNetworkException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateNetworkException()
        : this(ErrorDocument.Made(MeetgateStatus.Network, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateNetworkException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Network, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateNetworkException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Network, null, message, innerException))
    {
    }

    internal MeetgateNetworkException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A certificate that is not trusted, or a TLS handshake that failed.</summary>
public sealed class MeetgateTlsException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateTlsException()
        : this(ErrorDocument.Made(MeetgateStatus.Tls, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateTlsException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Tls, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateTlsException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Tls, null, message, innerException))
    {
    }

    internal MeetgateTlsException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The call's time is over.</summary>
public sealed class MeetgateTimeoutException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateTimeoutException()
        : this(ErrorDocument.Made(MeetgateStatus.Timeout, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateTimeoutException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Timeout, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateTimeoutException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Timeout, null, message, innerException))
    {
    }

    internal MeetgateTimeoutException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>An HTTP status that says failure, without an answer of the platform's own.</summary>
public sealed class MeetgateHttpException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateHttpException()
        : this(ErrorDocument.Made(MeetgateStatus.Http, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateHttpException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Http, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateHttpException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Http, null, message, innerException))
    {
    }

    internal MeetgateHttpException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The answer is not the JSON that the platform documents.</summary>
public sealed class MeetgateProtocolException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateProtocolException()
        : this(ErrorDocument.Made(MeetgateStatus.Protocol, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateProtocolException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Protocol, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateProtocolException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Protocol, null, message, innerException))
    {
    }

    internal MeetgateProtocolException(ErrorDocument document)
        : base(document)
    {
    }

    /// <summary>An answer whose member is not what is documented. It is found when the member is read.</summary>
    internal static MeetgateProtocolException Unfit(ReplyPath path, string flaw)
    {
        string where = path.ToString();
        return new MeetgateProtocolException(ErrorDocument.Made(
            MeetgateStatus.Protocol, null, (where.Length == 0 ? "the answer " : where + ": ") + flaw, null, path.Operation));
    }
}

/// <summary>A local file could not be read.</summary>
public sealed class MeetgateIOException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateIOException()
        : this(ErrorDocument.Made(MeetgateStatus.Io, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateIOException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Io, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateIOException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Io, null, message, innerException))
    {
    }

    internal MeetgateIOException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The call was cancelled.</summary>
public sealed class MeetgateCancelledException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateCancelledException()
        : this(ErrorDocument.Made(MeetgateStatus.Cancelled, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateCancelledException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Cancelled, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateCancelledException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Cancelled, null, message, innerException))
    {
    }

    internal MeetgateCancelledException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A limit of this library was exceeded, for example the size of an answer. The message names the configuration key.</summary>
public sealed class MeetgateLimitException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateLimitException()
        : this(ErrorDocument.Made(MeetgateStatus.Limit, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateLimitException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Limit, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateLimitException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Limit, null, message, innerException))
    {
    }

    internal MeetgateLimitException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A shared token store failed.</summary>
public sealed class MeetgateStoreException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateStoreException()
        : this(ErrorDocument.Made(MeetgateStatus.Store, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateStoreException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Store, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateStoreException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Store, null, message, innerException))
    {
    }

    internal MeetgateStoreException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>The client belongs to the parent process.</summary>
public sealed class MeetgateForkedException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateForkedException()
        : this(ErrorDocument.Made(MeetgateStatus.Forked, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateForkedException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Forked, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateForkedException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Forked, null, message, innerException))
    {
    }

    internal MeetgateForkedException(ErrorDocument document)
        : base(document)
    {
    }
}

/// <summary>A defect of the library, contained.</summary>
public sealed class MeetgateInternalException : MeetgateException
{
    /// <inheritdoc cref="Exception()"/>
    public MeetgateInternalException()
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null))
    {
    }

    /// <inheritdoc cref="Exception(string)"/>
    public MeetgateInternalException(string message)
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null, message))
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public MeetgateInternalException(string message, Exception innerException)
        : this(ErrorDocument.Made(MeetgateStatus.Internal, null, message, innerException))
    {
    }

    internal MeetgateInternalException(ErrorDocument document)
        : base(document)
    {
    }
}
