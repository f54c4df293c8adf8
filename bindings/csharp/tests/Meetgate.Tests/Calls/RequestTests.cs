using System;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>All parameters of an operation as one object.</summary>
public static class RequestTests
{
    [Fact]
    public static async Task A_request_is_filled_sent_and_sent_again()
    {
        using var server = new Scripted(Scripted.Success);
        using var avd = new AvdClient(baseUrl: server.Url, token: "t", httpMethod: AvdHttpMethod.Get);
        var request = new AvdRoomMixRecordStartRequest("1")
        {
            Name = "周会",
            VideoBitrate = "1000-1500",
            Videos = [new AvdVideo { VideoName = "a" }],
            VideoLevel = AvdVideoLevel.High,
            EnableSaveMix = true,
        };
        avd.Room.MixRecord.Start(request);
        request.RoomId = "2";
        request.VideoBitrate = 1500;
        await avd.Room.MixRecord.StartAsync(request, new CallOptions { Timeout = TimeSpan.FromSeconds(20) });
        avd.Room.MixRecord.Start(
            "2",
            name: "周会",
            videoBitrate: 1500,
            videos: [new AvdVideo { VideoName = "a" }],
            videoLevel: AvdVideoLevel.High,
            enableSaveMix: true);
        Assert.Equal(1, server.Count("video_bitrate=1000-1500"));
        Assert.Equal(server.Requests[1].Line, server.Requests[2].Line);
        Assert.Contains("video_level=high", server.Requests[0].Line, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_request_has_a_member_for_every_parameter_of_its_method()
    {
        Type[] requests = [.. typeof(MeetgateClient).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal))];
        Assert.True(requests.Length >= 5);
        MethodInfo[] methods = [.. typeof(MeetgateClient).Assembly.GetExportedTypes()
            .Where(type => typeof(OperationGroup).IsAssignableFrom(type))
            .SelectMany(of => of.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))];
        int withMany = 0;
        // A wait has what the operation has that it asks, and no request.
        foreach (MethodInfo flat in methods.Where(
            method => !method.Name.StartsWith("WaitUntil", StringComparison.Ordinal)
            && method.GetParameters().Count(parameter => parameter.IsOptional && IsOfPlatform(parameter)) > 4))
        {
            withMany++;
            MethodInfo other = methods.Single(
                method => method.DeclaringType == flat.DeclaringType
                && method.Name == flat.Name
                && method.GetParameters()[0].Name == "request");
            PropertyInfo[] members = other.GetParameters()[0].ParameterType.GetProperties();
            Assert.Equal(
                flat.GetParameters().Where(IsOfPlatform).Select(one => one.Name!.ToUpperInvariant()).Order(),
                members.Select(member => member.Name.ToUpperInvariant()).Order());
            Assert.All(members, member => Assert.True(member.CanWrite));
            Assert.Equal(flat.ReturnType, other.ReturnType);
        }
        // And two more of those that start what another operation undoes.
        int guarded = methods.Count(method =>
            method.Name.Contains("Guarded", StringComparison.Ordinal) && method.GetParameters()[0].Name == "request");
        Assert.Equal(10, guarded);
        Assert.Equal((requests.Length * 2) + guarded, withMany);
    }

    [Fact]
    public static void What_must_be_there_is_in_the_constructor()
    {
        Assert.Equal("userId", Assert.Throws<ArgumentNullException>(() => new AvdRoomCreateRequest(null!)).ParamName);
        using var server = new Scripted(Scripted.Success);
        using AvdClient avd = server.Avd();
        // Taken away afterwards: the library misses it.
        var problem = Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Room.Create(new AvdRoomCreateRequest("16") { UserId = null! }));
        Assert.Contains("user_id", problem.Message, StringComparison.Ordinal);
        Assert.Equal("""{"user_id":"16","topic":"t"}""", new AvdRoomCreateRequest("16") { Topic = "t" }.ToString());
        Assert.Equal(0, server.Count());
    }

    private static bool IsOfPlatform(ParameterInfo parameter) =>
        parameter.Name is not ("options" or "cancellationToken");
}
