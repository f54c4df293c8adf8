using System;
using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>Signatures for requests that do not go through a client. Nothing is sent. Any thread may call them at any time.</summary>
public static class Signing
{
    /// <summary>
    /// Makes the token with which an end user logs in to the media SDK of hst, by the algorithm of the vendor's TokenGenerator.
    /// </summary>
    /// <param name="appId">Id of the application, from the answer of <c>hst.app.create</c>.</param>
    /// <param name="appSecret">The secret that goes with it: exactly 16 bytes. It encrypts the token.</param>
    /// <param name="groupId">Id of the group; empty when left out.</param>
    /// <param name="userId">Id of the user; empty when left out.</param>
    /// <param name="expireTime">
    /// Passed through: the platform's documents do not say its unit. 0 and left out are the same.
    /// </param>
    /// <param name="timestamp">When it is made; the system's clock when left out.</param>
    /// <param name="random">0 to 2147483647; drawn when left out.</param>
    /// <returns>The token. It is a credential.</returns>
    /// <exception cref="ArgumentNullException"><c>appId</c> or <c>appSecret</c> is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">An argument cannot be right.</exception>
    public static HstUserTokenReply HstUserToken(
        string appId,
        string appSecret,
        string? groupId = null,
        string? userId = null,
        long? expireTime = null,
        DateTimeOffset? timestamp = null,
        long? random = null)
    {
        Required.NotNull(appId, nameof(appId));
        Required.NotNull(appSecret, nameof(appSecret));
        return new HstUserTokenReply(Sign("hst_user_token", text => ClientHandle.HstUserToken(text.Bytes), new Parameters
        {
            { "app_id"u8, appId },
            { "app_secret"u8, appSecret },
            { "group_id"u8, groupId },
            { "user_id"u8, userId },
            { "expire_time"u8, expireTime },
            { "timestamp_ms"u8, Times.ToUnixMilliseconds(timestamp) },
            { "random"u8, random },
        }));
    }

    /// <summary>
    /// Makes the token with which an end user logs in to the media SDK of youme, as two of the vendor's SDKs make it: the SHA-1 of
    /// app key, REST API key and user id. The same arguments always give the same token.
    /// </summary>
    /// <param name="appKey">The appkey of your application.</param>
    /// <param name="restApiKey">The restapikey.</param>
    /// <param name="userId">Id of the user, exactly as the media SDK is given it.</param>
    /// <returns>The token. It is a credential.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">An argument cannot be right.</exception>
    public static YoumeUserTokenReply YoumeUserToken(string appKey, string restApiKey, string userId)
    {
        Required.NotNull(appKey, nameof(appKey));
        Required.NotNull(restApiKey, nameof(restApiKey));
        Required.NotNull(userId, nameof(userId));
        return new YoumeUserTokenReply(Sign("youme_user_token", text => ClientHandle.YoumeUserToken(text.Bytes), new Parameters
        {
            { "app_key"u8, appKey },
            { "rest_api_key"u8, restApiKey },
            { "user_id"u8, userId },
        }));
    }

    /// <summary>Makes the checksum of a youme request, for tools that sign requests of their own.</summary>
    /// <param name="appSecret">The appsecret of your application.</param>
    /// <param name="restApiKey">The restapikey.</param>
    /// <param name="curtime">When the request is made, to the second; the system's clock when left out.</param>
    /// <returns>The checksum, and the time that it was made with.</returns>
    /// <exception cref="ArgumentNullException"><c>appSecret</c> or <c>restApiKey</c> is null.</exception>
    /// <exception cref="MeetgateInvalidArgumentException">An argument cannot be right.</exception>
    public static YoumeChecksumReply YoumeChecksum(string appSecret, string restApiKey, DateTimeOffset? curtime = null)
    {
        Required.NotNull(appSecret, nameof(appSecret));
        Required.NotNull(restApiKey, nameof(restApiKey));
        return new YoumeChecksumReply(Sign("youme_checksum", text => ClientHandle.YoumeChecksum(text.Bytes), new Parameters
        {
            { "app_secret"u8, appSecret },
            { "rest_api_key"u8, restApiKey },
            { "curtime"u8, Times.ToUnixSeconds(curtime) },
        }));
    }

    private static Answer Sign(string name, Func<ParameterText, byte[]> sign, Parameters parameters)
    {
        ParameterText text = parameters.Text;
        text.Finish();
        try
        {
            return text.Problem is { } problem ? throw problem : new Answer(sign(text), name);
        }
        finally
        {
            text.Return();
        }
    }
}

/// <summary>The result of <see cref="Signing.HstUserToken"/>.</summary>
[JsonConverter(typeof(ReplyConverter<HstUserTokenReply>))]
public sealed class HstUserTokenReply : Reply
{
    /// <inheritdoc/>
    public HstUserTokenReply(string json)
        : base(json)
    {
    }

    internal HstUserTokenReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>The token: <c>001</c> and base64.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? UserToken => GetText("user_token");
}

/// <summary>The result of <see cref="Signing.YoumeUserToken"/>.</summary>
[JsonConverter(typeof(ReplyConverter<YoumeUserTokenReply>))]
public sealed class YoumeUserTokenReply : Reply
{
    /// <inheritdoc/>
    public YoumeUserTokenReply(string json)
        : base(json)
    {
    }

    internal YoumeUserTokenReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>The token: 40 hexadecimal digits in lower case.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? UserToken => GetText("user_token");
}

/// <summary>The result of <see cref="Signing.YoumeChecksum"/>.</summary>
[JsonConverter(typeof(ReplyConverter<YoumeChecksumReply>))]
public sealed class YoumeChecksumReply : Reply
{
    /// <inheritdoc/>
    public YoumeChecksumReply(string json)
        : base(json)
    {
    }

    internal YoumeChecksumReply(Answer answer)
        : base(answer)
    {
    }

    /// <summary>40 hexadecimal digits. It signs a request for five minutes.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Checksum => GetText("checksum");

    /// <summary>The time, as the query carries it: seconds since 1970.</summary>
    public string? Curtime => GetText("curtime");
}
