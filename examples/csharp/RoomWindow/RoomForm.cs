using System;
using System.Drawing;
using System.Threading;
using System.Windows.Forms;
using Meetgate;

internal sealed class RoomForm : Form
{
    private readonly AvdClient avd;
    private readonly CancellationTokenSource closing = new CancellationTokenSource();
    private readonly TextBox room = new TextBox { Dock = DockStyle.Top, Text = "12345123456" };
    private readonly Button show = new Button { Dock = DockStyle.Top, Text = "Show", AutoSize = true };
    private readonly ListBox people = new ListBox { Dock = DockStyle.Fill, IntegralHeight = false };

    public RoomForm(AvdClient avd)
    {
        this.avd = avd;
        Text = "Room";
        ClientSize = new Size(360, 240);
        AcceptButton = show;
        Controls.AddRange(new Control[] { people, show, room });
        show.Click += ShowPeople;
        FormClosed += (sender, e) => closing.Cancel();
    }

    private async void ShowPeople(object sender, EventArgs e)
    {
        show.Enabled = false;
        people.Items.Clear();
        try
        {
            // What follows an await runs on the window's thread again.
            AvdRoomReadReply found = await avd.Room.ReadAsync(room.Text, cancellationToken: closing.Token);
            Text = found.Data?.Topic ?? room.Text;
            AvdRoomParticipateListReply list =
                await avd.Room.Participate.ListAsync(room.Text, cancellationToken: closing.Token);
            foreach (AvdRoomParticipateListReply.ParticipateItem participant in list.Participates)
            {
                people.Items.Add(participant.UserName + " (" + participant.Type + ")");
            }
        }
        catch (MeetgateException problem)
        {
            people.Items.Add(problem.MeaningZh ?? problem.Message);
        }
        catch (OperationCanceledException)
        {
            // The window is closed: there is nobody to tell.
            return;
        }
        show.Enabled = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            closing.Dispose();
        }
        base.Dispose(disposing);
    }
}
