namespace Meetgate
{
    // One class for each status, and below MeetgateApiException one for each kind of number.

    /// <summary>A parameter that cannot be right. Nothing was sent.</summary>
    public sealed class MeetgateInvalidArgumentException : MeetgateException
    {
        internal MeetgateInvalidArgumentException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A configuration that cannot be right.</summary>
    public sealed class MeetgateInvalidConfigException : MeetgateException
    {
        internal MeetgateInvalidConfigException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform refused the credentials.</summary>
    public class MeetgateAuthException : MeetgateException
    {
        internal MeetgateAuthException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform refused the token, and also the one that was fetched in its place.</summary>
    public sealed class MeetgateTokenDeadException : MeetgateAuthException
    {
        internal MeetgateTokenDeadException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform answered with an error number of its own. The plain class: a number whose kind is not known.</summary>
    public class MeetgateApiException : MeetgateException
    {
        internal MeetgateApiException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform did not take the parameters.</summary>
    public sealed class MeetgateBadRequestException : MeetgateApiException
    {
        internal MeetgateBadRequestException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The room, recording or other thing that the call names does not exist.</summary>
    public sealed class MeetgateNotFoundException : MeetgateApiException
    {
        internal MeetgateNotFoundException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>It exists already, or is not in the state that the call needs.</summary>
    public sealed class MeetgateConflictException : MeetgateApiException
    {
        internal MeetgateConflictException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The site or its licence does not allow it.</summary>
    public sealed class MeetgateForbiddenException : MeetgateApiException
    {
        internal MeetgateForbiddenException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A limit of the platform is reached.</summary>
    public sealed class MeetgateLimitReachedException : MeetgateApiException
    {
        internal MeetgateLimitReachedException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform does not support it.</summary>
    public sealed class MeetgateUnsupportedException : MeetgateApiException
    {
        internal MeetgateUnsupportedException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The platform is busy or timed out inside: try later. Not the same as <see cref="MeetgateLimitException"/>.</summary>
    public sealed class MeetgatePlatformBusyException : MeetgateApiException
    {
        internal MeetgatePlatformBusyException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A fault of the platform's own.</summary>
    public sealed class MeetgateServerException : MeetgateApiException
    {
        internal MeetgateServerException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>No connection, or it broke.</summary>
    public sealed class MeetgateNetworkException : MeetgateException
    {
        internal MeetgateNetworkException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A certificate that is not trusted, or a TLS handshake that failed.</summary>
    public sealed class MeetgateTlsException : MeetgateException
    {
        internal MeetgateTlsException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The call's time is over.</summary>
    public sealed class MeetgateTimeoutException : MeetgateException
    {
        internal MeetgateTimeoutException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>An HTTP status that says failure, without an answer of the platform's own.</summary>
    public sealed class MeetgateHttpException : MeetgateException
    {
        internal MeetgateHttpException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The answer is not the JSON that the platform documents.</summary>
    public sealed class MeetgateProtocolException : MeetgateException
    {
        internal MeetgateProtocolException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A local file could not be read.</summary>
    public sealed class MeetgateIOException : MeetgateException
    {
        internal MeetgateIOException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The call was cancelled.</summary>
    public sealed class MeetgateCancelledException : MeetgateException
    {
        internal MeetgateCancelledException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A limit of this library was exceeded, for example the size of an answer. The message names the configuration key.</summary>
    public sealed class MeetgateLimitException : MeetgateException
    {
        internal MeetgateLimitException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A shared token store failed.</summary>
    public sealed class MeetgateStoreException : MeetgateException
    {
        internal MeetgateStoreException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>The client belongs to the parent process.</summary>
    public sealed class MeetgateForkedException : MeetgateException
    {
        internal MeetgateForkedException(ErrorDocument document)
            : base(document)
        {
        }
    }

    /// <summary>A defect of the library, contained.</summary>
    public sealed class MeetgateInternalException : MeetgateException
    {
        internal MeetgateInternalException(ErrorDocument document)
            : base(document)
        {
        }
    }
}
