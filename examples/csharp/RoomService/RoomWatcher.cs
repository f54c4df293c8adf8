using Meetgate;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

/// <summary>Which room is watched, and how often: the section Watch of the configuration.</summary>
public sealed class WatchOptions
{
    public string RoomId { get; set; } = "";

    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Logs who comes into a room and who leaves it.</summary>
public sealed class RoomWatcher(AvdClient avd, IOptions<WatchOptions> options, ILogger<RoomWatcher> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WatchOptions watch = options.Value;
        var before = new HashSet<string>();
        using var timer = new PeriodicTimer(watch.Every);
        do
        {
            try
            {
                var reply = await avd.Room.Participate.ListAsync(watch.RoomId, cancellationToken: stoppingToken);
                var now = reply.Participates.Select(found => $"{found.UserName} ({found.UserId})").ToHashSet();
                foreach (string name in now.Except(before))
                {
                    logger.LogInformation("{Name} came into room {RoomId}", name, watch.RoomId);
                }
                foreach (string name in before.Except(now))
                {
                    logger.LogInformation("{Name} left room {RoomId}", name, watch.RoomId);
                }
                before = now;
            }
            catch (MeetgateException problem)
            {
                // Logged with the operation, the platform's number and the request; the next round tries again.
                logger.LogWarning(problem, "room {RoomId} could not be read", watch.RoomId);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
