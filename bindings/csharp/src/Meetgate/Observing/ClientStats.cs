using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Meetgate;

/// <summary>What the calls of a client came to, at the time of the question.</summary>
[JsonConverter(typeof(ReplyConverter<ClientStats>))]
public sealed class ClientStats : Reply
{
    /// <inheritdoc/>
    public ClientStats(string json)
        : base(json)
    {
    }

    internal ClientStats(Answer answer)
        : base(answer)
    {
    }

    /// <summary>The platform: <c>hst</c>, <c>youme</c> or <c>avd</c>.</summary>
    public string? Platform => GetText("platform");

    /// <summary>How many requests went out.</summary>
    public long Requests => Count("requests");

    /// <summary>How many of them were beyond the first of a call.</summary>
    public long Repeated => Count("repeated");

    /// <summary>How many of them were for a token or an address, before a call's own.</summary>
    public long Ahead => Count("ahead");

    /// <summary>How many requests had a new connection.</summary>
    public long ConnectionsOpened => Count("connections_opened");

    /// <summary>How many requests had a connection that was kept from another.</summary>
    public long ConnectionsReused => Count("connections_reused");

    /// <summary>How many tokens the calls of this client fetched.</summary>
    public long TokensFetched => Count("tokens_fetched");

    /// <summary>How often sessions of events were logged in.</summary>
    public long EventsConnected => Count("events_connected");

    /// <summary>How often their connections broke, or could not be made.</summary>
    public long EventsLost => Count("events_lost");

    /// <summary>By the operation's whole name, such as <c>avd.room.read</c>; <c>raw</c> for raw calls.</summary>
    public IReadOnlyDictionary<string, OperationStats> Operations =>
        GetMap("operations", static (json, path) => new OperationStats(json, path));

    private long Count(string name) => GetInteger(name) ?? 0;

    /// <summary>The calls of one operation.</summary>
    [JsonConverter(typeof(ReplyConverter<OperationStats>))]
    public sealed class OperationStats : ReplyObject
    {
        internal OperationStats(JsonElement json, ReplyPath path)
            : base(json, path)
        {
        }

        /// <summary>How many were made. Those that could not be sent because of their parameters are not counted.</summary>
        public long Calls => GetInteger("calls") ?? 0;

        /// <summary>How many of them failed, by the word of the status, such as <c>API</c> or <c>TIMEOUT</c>.</summary>
        public IReadOnlyDictionary<string, long> Failed => GetCounts("failed");

        /// <summary>How long they took.</summary>
        public LatencyObject? Durations => GetObject("ms", static (json, path) => new LatencyObject(json, path));
    }

    /// <summary>How long calls took. All but <see cref="Max"/> are right to an eighth.</summary>
    [JsonConverter(typeof(ReplyConverter<LatencyObject>))]
    public sealed class LatencyObject : ReplyObject
    {
        internal LatencyObject(JsonElement json, ReplyPath path)
            : base(json, path)
        {
        }

        /// <summary>Half of them took no longer.</summary>
        public TimeSpan? P50 => GetMilliseconds("p50");

        /// <summary>Nine out of ten took no longer.</summary>
        public TimeSpan? P90 => GetMilliseconds("p90");

        /// <summary>99 out of a hundred took no longer.</summary>
        public TimeSpan? P99 => GetMilliseconds("p99");

        /// <summary>The longest.</summary>
        public TimeSpan? Max => GetMilliseconds("max");
    }
}
